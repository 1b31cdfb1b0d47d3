package io.vipops.vrrp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An advert to the group as a whole Ethernet frame, for a sender whose MAC is the virtual router's
 * (RFC 9568 §7.2), which teaches switches where that is:
 *
 * <pre>
 *  0         6         12   14
 * +---------+---------+----+
 * |01005e..12| our MAC |0800|                                       Ethernet
 * +--+--+------+--+---+----+---+---+--------+------+-----+
 * |45|c0|length| 0 | 4000 |255|112|checksum|source|group|           IPv4
 * +--+--+------+---+------+---+---+--------+------+-----+
 *
 * +---------+---------+----+
 * |3333 ..12| our MAC |86dd|                                        Ethernet
 * +---------+-+------++----+--+------+-----+
 * |6, c0, flow|length|112|255 |source|group|                        IPv6
 * +-----------+------+---+----+------+-----+
 * </pre>
 */
public final class AdvertFrame {
  private static final short ETHERTYPE_IPV4 = 0x0800;
  private static final short ETHERTYPE_IPV6 = (short) 0x86dd;
  private static final int ETHERNET = 14;
  private static final int IPV4 = 20;
  private static final int IPV6 = 40;
  private static final byte VRRP = 112;
  private static final byte TTL = (byte) 255;

  /** Internetwork control, as from a socket. */
  private static final int TRAFFIC_CLASS = 0xc0;

  private static final short DO_NOT_FRAGMENT = 0x4000;

  private AdvertFrame() {}

  /**
   * Wraps an advert.
   *
   * @param advertisement from the VRRP header on, with a checksum for these addresses
   * @param group a multicast address of the source's family
   */
  public static byte[] encode(
      VirtualMac mac, InetAddress source, InetAddress group, byte[] advertisement) {
    boolean ipv6 = source instanceof Inet6Address;
    byte[] to = group.getAddress();
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET + (ipv6 ? IPV6 : IPV4) + advertisement.length);
    if (ipv6) { // RFC 2464 §7
      frame.put(new byte[] {0x33, 0x33}).put(to, 12, 4).put(mac.bytes()).putShort(ETHERTYPE_IPV6);
      frame.putInt(6 << 28 | TRAFFIC_CLASS << 20).putShort((short) advertisement.length);
      frame.put(VRRP).put(TTL).put(source.getAddress()).put(to);
    } else { // RFC 1112 §6.4
      frame.put(new byte[] {1, 0, 0x5e, (byte) (to[1] & 0x7f), to[2], to[3]});
      frame.put(mac.bytes()).putShort(ETHERTYPE_IPV4);
      frame.put((byte) 0x45).put((byte) TRAFFIC_CLASS);
      frame.putShort((short) (IPV4 + advertisement.length));
      frame.putShort((short) 0).putShort(DO_NOT_FRAGMENT).put(TTL).put(VRRP).putShort((short) 0);
      frame.put(source.getAddress()).put(to);
      frame.putShort(ETHERNET + 10, headerChecksum(frame.array()));
    }
    return frame.put(advertisement).array();
  }

  private static short headerChecksum(byte[] frame) {
    ByteBuffer header = ByteBuffer.wrap(Arrays.copyOfRange(frame, ETHERNET, ETHERNET + IPV4));
    int sum = 0;
    while (header.hasRemaining()) {
      sum += header.getShort() & 0xffff;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (short) ~sum;
  }
}
