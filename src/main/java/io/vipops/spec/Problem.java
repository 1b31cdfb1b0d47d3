package io.vipops.spec;

/**
 * One thing wrong with a spec or a configuration file.
 *
 * @param rule the stable id, e.g. {@code vrid-twice}; see {@code vipops explain-rule}
 * @param message what is wrong and what to do about it, one line, no trailing full stop
 */
public record Problem(Severity severity, String rule, Position position, String message) {
  private static final int LONGEST = 400;

  public Problem {
    message = oneLine(message);
  }

  /** What a user wrote may be in it: kept short, and nothing in it commands a terminal. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length() && i < LONGEST; i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) ? '?' : c);
    }
    return text.length() > LONGEST ? line.append('…').toString() : line.toString();
  }
}
