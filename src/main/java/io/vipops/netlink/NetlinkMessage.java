package io.vipops.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One netlink message (netlink(7)), numbers in the host's byte order.
 *
 * <pre>
 *   0               4       6       8               12              16
 *   | length        | type  | flags | sequence      | port id       | payload …, padded to 4
 * </pre>
 *
 * @param portId of the socket whose request caused it; 0: the kernel by itself
 */
public record NetlinkMessage(int type, int flags, int sequence, int portId, byte[] payload) {
  static final int HEADER = 16;

  public static final int ERROR = 2;
  public static final int DONE = 3;

  static final int REQUEST = 0x01;
  static final int ACK = 0x04;
  static final int DUMP = 0x300;
  static final int REPLACE = 0x100;
  static final int CREATE = 0x400;
  static final int APPEND = 0x800;

  /** Splits what one read returned. What is cut off or senseless at the end is left out. */
  public static List<NetlinkMessage> parse(byte[] bytes) {
    List<NetlinkMessage> messages = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    int at = 0;
    while (bytes.length - at >= HEADER) {
      int length = in.getInt(at);
      if (length < HEADER || length > bytes.length - at) {
        break;
      }
      byte[] payload = new byte[length - HEADER];
      in.get(at + HEADER, payload);
      messages.add(
          new NetlinkMessage(
              in.getShort(at + 4) & 0xffff,
              in.getShort(at + 6) & 0xffff,
              in.getInt(at + 8),
              in.getInt(at + 12),
              payload));
      at += (length + 3) & ~3;
    }
    return messages;
  }

  /**
   * The error number that an answer of type {@link #ERROR} carries: positive, or 0, which
   * acknowledges; -1: it is none, or too short to say.
   */
  public int errno() {
    return type == ERROR && payload.length >= 4 ? Math.max(-1, -reader().getInt(0)) : -1;
  }

  ByteBuffer reader() {
    return ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder());
  }
}
