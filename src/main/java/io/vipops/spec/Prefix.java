package io.vipops.spec;

import java.net.InetAddress;

/**
 * An address with its prefix length, e.g. {@code 10.0.0.50/24}.
 *
 * @param length 0-32 for IPv4, 0-128 for IPv6
 */
public record Prefix(InetAddress address, int length) {
  @Override
  public String toString() {
    return Addresses.text(address) + "/" + length;
  }
}
