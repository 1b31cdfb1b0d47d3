package io.vipops.vrrp;

import java.net.Inet6Address;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Unsolicited Neighbor Advertisement (RFC 4861 §4.4, §7.2.6), what gratuitous ARP is to IPv4: an
 * Ethernet frame of 86 bytes to all nodes (ff02::1).
 *
 * <pre>
 *  0         6         12   14
 * +---------+---------+----+
 * | 3333 …01| our MAC |86dd|                                        Ethernet
 * +----+----+--+----+-+--+-+-----------+-----------+
 * | 6, class, flow |  32 |58|255| address | ff02::1 |                IPv6
 * +----+-+-+-------+-----+--+---+---------+---------+
 * 14               18    20 21  22        38        54
 * |136 |0 |checksum|R-O, 0 × 29 bits| address |2|1| our MAC |         ICMPv6, its one option
 * +----+--+--------+----------------+---------+-+-+---------+
 * 54   55 56       58               62        78    80
 * </pre>
 */
public final class NeighborAdvertisement {
  private static final int BYTES = 86;
  private static final int IP = 14;
  private static final int ICMP = IP + 40;
  private static final short ETHERTYPE_IPV6 = (short) 0x86dd;
  private static final byte ICMPV6 = 58;
  private static final byte ADVERTISEMENT = (byte) 136;
  private static final byte TARGET_LINK_LAYER_ADDRESS = 2;
  private static final byte[] ALL_NODES = {
    (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
  };
  private static final byte[] ALL_NODES_MAC = {0x33, 0x33, 0, 0, 0, 1};

  /** In the message. */
  private static final int TARGET = 8;

  private static final int OPTIONS = 24;

  private static final int ROUTER = 0x8000_0000;
  private static final int OVERRIDE = 0x2000_0000;

  private NeighborAdvertisement() {}

  /**
   * "{@code address} is at {@code mac}", to everybody.
   *
   * @param mac 6 bytes
   * @param router whether this host forwards IPv6: a neighbor that uses the address as its gateway
   *     drops it when told otherwise
   */
  public static byte[] unsolicited(byte[] mac, Inet6Address address, boolean router) {
    if (mac.length != 6) {
      throw new IllegalArgumentException("a MAC address has 6 bytes, not " + mac.length);
    }
    byte[] ip = address.getAddress();
    ByteBuffer frame = ByteBuffer.allocate(BYTES);
    frame.put(ALL_NODES_MAC).put(mac).putShort(ETHERTYPE_IPV6);
    frame.putInt(6 << 28).putShort((short) (BYTES - ICMP)).put(ICMPV6).put((byte) 255);
    frame.put(ip).put(ALL_NODES);
    frame.put(ADVERTISEMENT).put((byte) 0).putShort((short) 0);
    frame.putInt(OVERRIDE | (router ? ROUTER : 0)).put(ip);
    frame.put(TARGET_LINK_LAYER_ADDRESS).put((byte) 1).put(mac);
    return frame.putShort(ICMP + 2, checksum(frame)).array();
  }

  /**
   * What it says of its target.
   *
   * @param message from the ICMPv6 header on; the kernel has seen to its checksum
   * @return null: no Neighbor Advertisement, or one without a MAC
   */
  public static @Nullable Claim claim(byte[] message) {
    boolean advertisement =
        message.length >= OPTIONS && message[0] == ADVERTISEMENT && message[1] == 0;
    int at = OPTIONS;
    while (advertisement && at + 8 <= message.length && message[at + 1] != 0) {
      if (message[at] == TARGET_LINK_LAYER_ADDRESS && message[at + 1] == 1) {
        return Claim.of(message, TARGET, 16, at + 2);
      }
      at += (message[at + 1] & 0xff) * 8;
    }
    return null;
  }

  /** Over the pseudo-header, too (RFC 8200 §8.1). */
  private static short checksum(ByteBuffer frame) {
    int sum = BYTES - ICMP + ICMPV6;
    for (int at = IP + 8; at < BYTES; at += 2) {
      sum += frame.getShort(at) & 0xffff;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (short) ~sum;
  }
}
