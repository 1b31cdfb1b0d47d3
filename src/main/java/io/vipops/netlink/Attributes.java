package io.vipops.netlink;

import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/** Walks a message's attributes (rtnetlink(7)); stops at the first that does not fit. */
final class Attributes {
  /** The upper two bits of a type are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER). */
  private static final int TYPE_MASK = 0x3fff;

  private Attributes() {}

  /**
   * @param start where the fixed part ends
   */
  static void each(ByteBuffer message, int start, BiConsumer<Integer, byte[]> attribute) {
    int at = start;
    while (message.limit() - at >= 4) {
      int length = message.getShort(at) & 0xffff;
      if (length < 4 || length > message.limit() - at) {
        return;
      }
      byte[] value = new byte[length - 4];
      message.get(at + 4, value);
      attribute.accept(message.getShort(at + 2) & TYPE_MASK, value);
      at += (length + 3) & ~3;
    }
  }
}
