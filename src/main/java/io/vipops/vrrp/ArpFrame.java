package io.vipops.vrrp;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Gratuitous ARP (RFC 5227 §3), an Ethernet frame of 42 bytes:
 *
 * <pre>
 *  0         6         12   14
 * +---------+---------+----+
 * | ff × 6  | our MAC |0806|                                        Ethernet
 * +----+----+--+--+---+----+-----+---------+---------+---------+
 * | 1  |0800|6 |4 | 1 | our MAC  | address | 0 × 6   | address |   ARP request
 * +----+----+--+--+---+----------+---------+---------+---------+
 * 14   16   18    20  22         28        32        38        42
 * </pre>
 *
 * The request form, because Linux ignores the reply form for a second after it resolved.
 */
public final class ArpFrame {
  private static final int BYTES = 42;
  private static final short ETHERTYPE_ARP = 0x0806;
  private static final short ETHERTYPE_IPV4 = 0x0800;
  private static final short HARDWARE_ETHERNET = 1;
  private static final short REQUEST = 1;
  private static final short REPLY = 2;

  private ArpFrame() {}

  /**
   * "{@code address} is at {@code mac}", to everybody.
   *
   * @param mac 6 bytes
   */
  public static byte[] gratuitous(byte[] mac, Inet4Address address) {
    if (mac.length != 6) {
      throw new IllegalArgumentException("a MAC address has 6 bytes, not " + mac.length);
    }
    byte[] ip = address.getAddress();
    ByteBuffer frame = ByteBuffer.allocate(BYTES);
    for (int i = 0; i < 6; i++) {
      frame.put((byte) 0xff);
    }
    frame.put(mac).putShort(ETHERTYPE_ARP);
    frame.putShort(HARDWARE_ETHERNET).putShort(ETHERTYPE_IPV4).put((byte) 6).put((byte) 4);
    frame.putShort(REQUEST);
    frame.put(mac).put(ip);
    frame.put(new byte[6]).put(ip);
    return frame.array();
  }

  /**
   * What the sender says of itself, in a request as in a reply (RFC 5227 §2.4).
   *
   * @param frame as it arrived; there may be padding behind it
   * @return null: no ARP of IPv4 over Ethernet, or of a sender without an address
   */
  public static @Nullable Claim claim(byte[] frame) {
    if (frame.length < BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(frame);
    boolean arp =
        in.getShort(12) == ETHERTYPE_ARP
            && in.getShort(14) == HARDWARE_ETHERNET
            && in.getShort(16) == ETHERTYPE_IPV4
            && in.get(18) == 6
            && in.get(19) == 4
            && (in.getShort(20) == REQUEST || in.getShort(20) == REPLY);
    return arp && in.getInt(28) != 0 ? Claim.of(frame, 28, 4, 22) : null;
  }
}
