package io.vipops.spec;

/** Names of nodes, instances, checks, upstreams and listeners. */
final class Names {
  static final int LONGEST = 63;

  static final String EXPECTED =
      "must be 1 to 63 letters, digits, dots, dashes or underscores and begin with a letter or digit";

  private Names() {}

  static boolean isName(String text) {
    if (text.isEmpty() || text.length() > LONGEST || !isAlphanumeric(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isAlphanumeric(c) && c != '.' && c != '-' && c != '_') {
        return false;
      }
    }
    return true;
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
