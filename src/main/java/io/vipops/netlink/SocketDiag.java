package io.vipops.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finding and ending TCP connections by their local address (sock_diag(7), linux/inet_diag.h).
 *
 * <pre>
 *   struct inet_diag_req_v2:  family u8 | protocol u8 | ext u8 | pad u8 | states u32 | sockid 48
 *   struct inet_diag_msg:     family u8 | state u8 | timer u8 | retrans u8 | sockid 48 | …
 *   struct inet_diag_sockid:  ports 2+2 | source 16 | destination 16 | interface u32 | cookie 8
 * </pre>
 */
public final class SocketDiag {
  /** SOCK_DIAG_BY_FAMILY, also the type of the lines of a dump. */
  public static final int BY_FAMILY = 20;

  private static final int DESTROY = 21;
  private static final int IPPROTO_TCP = 6;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCKET_ID = 48;
  private static final int SOURCE_IN_ID = 4;
  private static final int REQ_BYTECODE = 1;
  private static final int BC_SOURCE_CONDITION = 7;

  /** All but TIME_WAIT (6), which needs no ending, and LISTEN (10), which is the service itself. */
  private static final int STATES = 0x1fff & ~(1 << 6) & ~(1 << 10) & ~1;

  private SocketDiag() {}

  /**
   * Asks for the connections whose local address this is; the kernel does the picking.
   *
   * @param mapped for an IPv4 address: those of IPv6 sockets that serve both families
   */
  public static byte[] dump(InetAddress source, boolean mapped, int sequence) {
    int family = mapped ? AF_INET6 : family(source);
    return request(BY_FAMILY, NetlinkMessage.REQUEST | NetlinkMessage.DUMP, sequence, family)
        .put(new byte[SOCKET_ID])
        .attribute(REQ_BYTECODE, sourceIs(source))
        .finish();
  }

  /**
   * One line of a dump as the request that ends it; empty: another local address, or not to be
   * read.
   */
  public static Optional<byte[]> destroy(NetlinkMessage line, InetAddress source, int sequence) {
    byte[] payload = line.payload();
    if (line.type() != BY_FAMILY || payload.length < 4 + SOCKET_ID) {
      return Optional.empty();
    }
    byte[] address = source.getAddress();
    byte[] expected = new byte[16];
    if (payload[0] == family(source)) {
      System.arraycopy(address, 0, expected, 0, address.length);
    } else if (payload[0] == AF_INET6) {
      // ::ffff:a.b.c.d, RFC 4291 §2.5.5.2
      expected[10] = (byte) 0xff;
      expected[11] = (byte) 0xff;
      System.arraycopy(address, 0, expected, 12, 4);
    } else {
      return Optional.empty();
    }
    int at = 4 + SOURCE_IN_ID;
    if (!Arrays.equals(payload, at, at + 16, expected, 0, 16)) {
      return Optional.empty();
    }
    return Optional.of(
        request(DESTROY, NetlinkMessage.REQUEST | NetlinkMessage.ACK, sequence, payload[0] & 0xff)
            .put(Arrays.copyOfRange(payload, 4, 4 + SOCKET_ID))
            .finish());
  }

  private static MessageWriter request(int type, int flags, int sequence, int family) {
    return new MessageWriter(type, flags, sequence)
        .putByte(family)
        .putByte(IPPROTO_TCP)
        .putByte(0)
        .putByte(0)
        .putInt(STATES);
  }

  /**
   * One instruction: a jump past the end by exactly 0 accepts, by 4 rejects. struct
   * inet_diag_bc_op: code u8, yes u8, no u16; struct inet_diag_hostcond: family u8, prefix length
   * u8, pad, port s32 (-1: any), address.
   */
  private static byte[] sourceIs(InetAddress source) {
    byte[] address = source.getAddress();
    int length = 12 + address.length;
    return ByteBuffer.allocate(length)
        .order(ByteOrder.nativeOrder())
        .put((byte) BC_SOURCE_CONDITION)
        .put((byte) length)
        .putShort((short) (length + 4))
        .put((byte) family(source))
        .put((byte) (address.length * 8))
        .putShort((short) 0)
        .putInt(-1)
        .put(address)
        .array();
  }

  private static int family(InetAddress address) {
    return address.getAddress().length == 4 ? AF_INET : AF_INET6;
  }
}
