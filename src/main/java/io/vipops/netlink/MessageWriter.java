package io.vipops.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Builds one request: header, fixed part, attributes. At most 64 KiB. */
final class MessageWriter {
  /** NLA_F_NESTED. */
  private static final int NESTED = 0x8000;

  private ByteBuffer out = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

  MessageWriter(int type, int flags, int sequence) {
    out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
  }

  MessageWriter putByte(int value) {
    room(1).put((byte) value);
    return this;
  }

  MessageWriter putInt(int value) {
    room(4).putInt(value);
    return this;
  }

  MessageWriter put(byte[] bytes) {
    room(bytes.length).put(bytes);
    return this;
  }

  /** struct rtattr: length with its own 4 bytes, type, value, padded to 4. */
  MessageWriter attribute(int type, byte[] value) {
    room(value.length + 8).putShort((short) (4 + value.length)).putShort((short) type).put(value);
    while (out.position() % 4 != 0) {
      out.put((byte) 0);
    }
    return this;
  }

  /** Attributes from here on are inside this one, until {@link #end}. */
  int begin(int type) {
    int start = out.position();
    room(4).putShort((short) 0).putShort((short) (NESTED | type));
    return start;
  }

  /**
   * @param start what {@link #begin} returned
   */
  void end(int start) {
    out.putShort(start, (short) (out.position() - start));
  }

  private ByteBuffer room(int bytes) {
    if (out.remaining() < bytes) {
      int capacity = Math.max(2 * out.capacity(), out.position() + bytes);
      out = ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder()).put(out.flip());
    }
    return out;
  }

  byte[] finish() {
    out.putInt(0, out.position());
    return Arrays.copyOf(out.array(), out.position());
  }
}
