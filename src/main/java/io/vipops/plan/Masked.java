package io.vipops.plan;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A rendered file as it may be shown: without passwords, and without the generation's own id. */
final class Masked {
  private static final Pattern PASSWORD =
      Pattern.compile("\\bpassword: (\"(?:[^\"\\\\]|\\\\.)*\"|[^,}\\s]+)");

  /** In vrrp.yaml: the name of an instance or check, one step in. */
  private static final Pattern SECTION = Pattern.compile("^ {2}(\\S.*):$");

  private static final String HIDDEN = "password: (hidden)";
  private static final String CHANGED = "password: (hidden, changed)";

  private Masked() {}

  /** Two texts that may be shown and compared. */
  record Texts(String before, String after) {}

  /** Both without passwords, of which it is still to be seen whether they changed. */
  static Texts of(String before, String after) {
    Map<String, String> passwords = new HashMap<>();
    String old = masked(before, passwords, Map.of());
    return new Texts(old, masked(after, new HashMap<>(), passwords));
  }

  /** The id stands in nginx's answer, and in nothing that somebody wrote. */
  static String withoutId(String text, String id) {
    return text.replace(id, "(generation)");
  }

  /**
   * @param found takes each password by the section that it stands in
   * @param known those of the other text; a password that differs from its own there is marked
   */
  private static String masked(String text, Map<String, String> found, Map<String, String> known) {
    StringBuilder masked = new StringBuilder(text.length());
    String section = "";
    for (String line : text.split("(?<=\n)", -1)) {
      Matcher name = SECTION.matcher(line.strip().isEmpty() ? "" : line.stripTrailing());
      section = name.matches() ? name.group(1) : section;
      Matcher password = PASSWORD.matcher(line);
      StringBuilder safe = new StringBuilder();
      while (password.find()) {
        found.put(section, password.group(1));
        String other = known.get(section);
        boolean changed = other != null && !other.equals(password.group(1));
        password.appendReplacement(safe, changed ? CHANGED : HIDDEN);
      }
      masked.append(password.appendTail(safe));
    }
    return masked.toString();
  }
}
