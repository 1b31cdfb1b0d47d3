package io.vipops.vrrp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/** Somebody on the LAN says that an address is at a MAC: ARP's sender, or an NA's target. */
public record Claim(InetAddress address, String hardwareAddress) {
  static Claim of(byte[] bytes, int address, int length, int mac) {
    try {
      return new Claim(
          InetAddress.getByAddress(Arrays.copyOfRange(bytes, address, address + length)),
          text(Arrays.copyOfRange(bytes, mac, mac + 6)));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** {@code 02:00:0a:00:00:33}. */
  public static String text(byte[] hardwareAddress) {
    return HexFormat.ofDelimiter(":").formatHex(hardwareAddress);
  }
}
