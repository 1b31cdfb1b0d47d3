package io.vipops.plan;

/** Text of others, such as a commit's subject, that must not command a terminal or hide itself. */
public final class PlainText {
  private static final int LONGEST = 2000;

  private PlainText() {}

  /** On one line and not too long. */
  public static String line(String text) {
    String safe = lines(text).replace('\n', ' ').replace('\t', ' ');
    return safe.length() > LONGEST ? safe.substring(0, LONGEST) + "…" : safe;
  }

  /** With its line breaks and tabs. */
  public static String lines(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean layout = c == '\n' || c == '\t';
      safe.append(!layout && (Character.isISOControl(c) || turnsAround(c)) ? '?' : c);
    }
    return safe.toString();
  }

  /** Unicode's marks of direction make text read otherwise than it is. */
  private static boolean turnsAround(char c) {
    return (c >= '\u202a' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069')
        || c == '\u200e'
        || c == '\u200f'
        || c == '\u2028'
        || c == '\u2029';
  }
}
