package io.vipops.git;

import java.util.Locale;

/**
 * The names at the beginning of a known_hosts line, as OpenSSH reads them (sshd(8)): a wildcard
 * also stands for a name with a port, so that a key revoked for {@code *} is revoked on every port.
 */
final class HostPatterns {
  private static final int DEFAULT_PORT = 22;

  private HostPatterns() {}

  /**
   * @param patterns separated by commas; {@code *} and {@code ?} are wildcards, {@code !} excludes
   */
  static boolean match(String patterns, String host, int port) {
    boolean matched = false;
    for (String pattern : patterns.split(",", -1)) {
      boolean excludes = pattern.startsWith("!");
      if (matchesOne(excludes ? pattern.substring(1) : pattern, host, port)) {
        if (excludes) {
          return false;
        }
        matched = true;
      }
    }
    return matched;
  }

  private static boolean matchesOne(String pattern, String host, int port) {
    String wanted = pattern.toLowerCase(Locale.ROOT);
    String name = host.toLowerCase(Locale.ROOT);
    String withPort = "[" + name + "]:" + port;
    return port == DEFAULT_PORT
        ? wild(wanted, name) || wild(wanted, withPort)
        : wild(wanted, withPort);
  }

  /** In linear steps, as the pattern is whoever's: goes back to the last star only. */
  private static boolean wild(String pattern, String text) {
    int p = 0;
    int star = -1;
    int mark = 0;
    for (int t = 0; t < text.length(); ) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        mark = t;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++mark;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
