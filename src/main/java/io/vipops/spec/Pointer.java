package io.vipops.spec;

import org.jspecify.annotations.Nullable;

/** Steps of a JSON pointer (RFC 6901). */
final class Pointer {
  private Pointer() {}

  static String child(String parent, String key) {
    return parent + "/" + key.replace("~", "~0").replace("/", "~1");
  }

  static String unescape(String step) {
    return step.indexOf('~') < 0 ? step : step.replace("~1", "/").replace("~0", "~");
  }

  /** The list index that a step means; null where it is none. */
  static @Nullable Integer index(String step) {
    if (step.isEmpty() || step.length() > 9) {
      return null;
    }
    int index = 0;
    for (int i = 0; i < step.length(); i++) {
      int digit = step.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return null;
      }
      index = index * 10 + digit;
    }
    return index;
  }
}
