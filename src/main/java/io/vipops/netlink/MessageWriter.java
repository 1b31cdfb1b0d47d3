package io.vipops.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Builds one request: header, fixed part, attributes. At most 512 bytes. */
final class MessageWriter {
  private final ByteBuffer out = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

  MessageWriter(int type, int flags, int sequence) {
    out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
  }

  MessageWriter putByte(int value) {
    out.put((byte) value);
    return this;
  }

  MessageWriter putInt(int value) {
    out.putInt(value);
    return this;
  }

  MessageWriter put(byte[] bytes) {
    out.put(bytes);
    return this;
  }

  /** struct rtattr: length with its own 4 bytes, type, value, padded to 4. */
  MessageWriter attribute(int type, byte[] value) {
    out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    while (out.position() % 4 != 0) {
      out.put((byte) 0);
    }
    return this;
  }

  byte[] finish() {
    out.putInt(0, out.position());
    return Arrays.copyOf(out.array(), out.position());
  }
}
