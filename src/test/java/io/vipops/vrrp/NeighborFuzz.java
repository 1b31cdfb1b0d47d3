package io.vipops.vrrp;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Any bytes as ARP and as a Neighbor Advertisement: never thrown upon, and what is read stands
 * there. What we say ourselves is read as we meant it.
 */
public final class NeighborFuzz {
  private NeighborFuzz() {}

  /** Called by Jazzer. */
  public static void fuzzerTestOneInput(byte[] input) {
    Claim arp = ArpFrame.claim(input);
    if (arp != null) {
      byte[] sender = Arrays.copyOfRange(input, 22, 32);
      check(Arrays.equals(sender, 0, 6, mac(arp), 0, 6), "another MAC");
      check(Arrays.equals(sender, 6, 10, arp.address().getAddress(), 0, 4), "another address");
      byte[] ours = ArpFrame.gratuitous(mac(arp), (Inet4Address) arp.address());
      check(arp.equals(ArpFrame.claim(ours)), "our own says something else");
    }
    Claim advertisement = NeighborAdvertisement.claim(input);
    if (advertisement != null) {
      InetAddress address = advertisement.address();
      if (!(address instanceof Inet6Address ipv6)) {
        return; // Java reads an IPv4-mapped one as IPv4
      }
      check(Arrays.equals(input, 8, 24, ipv6.getAddress(), 0, 16), "another address");
      byte[] ours = NeighborAdvertisement.unsolicited(mac(advertisement), ipv6, false);
      byte[] message = Arrays.copyOfRange(ours, 54, ours.length);
      check(advertisement.equals(NeighborAdvertisement.claim(message)), "our own says another");
    }
  }

  private static byte[] mac(Claim claim) {
    return HexFormat.ofDelimiter(":").parseHex(claim.hardwareAddress());
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
