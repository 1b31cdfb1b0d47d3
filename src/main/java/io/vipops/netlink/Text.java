package io.vipops.netlink;

import java.nio.charset.StandardCharsets;

/** A string in an attribute: ends at the first zero byte, or with the attribute. */
final class Text {
  private Text() {}

  static String of(byte[] value) {
    int end = 0;
    while (end < value.length && value[end] != 0) {
      end++;
    }
    return new String(value, 0, end, StandardCharsets.UTF_8);
  }
}
