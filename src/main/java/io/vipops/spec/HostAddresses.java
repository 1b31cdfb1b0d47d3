package io.vipops.spec;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Which addresses one host can have (RFC 6890). */
final class HostAddresses {
  private HostAddresses() {}

  /** Why no host on a LAN has this IPv4 address; null: one can. */
  static @Nullable String fault(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return "is a loopback address";
    }
    String target = faultOfTarget(address);
    return target == null && (address.getAddress()[0] & 0xF0) == 0xF0
        ? "is reserved (240.0.0.0/4)"
        : target;
  }

  /** Why nothing can be connected to at this address; null: it can. */
  static @Nullable String faultOfTarget(InetAddress address) {
    if (address.isAnyLocalAddress()) {
      return "means any address, not one";
    }
    if (address.isMulticastAddress()) {
      return "is a multicast address";
    }
    boolean ipv4 = address.getAddress().length == 4;
    return ipv4 && bits(address) == -1 ? "is the broadcast address" : null;
  }

  /** Why no host in its own network has this address; null: one can (/31: RFC 3021). */
  static @Nullable String fault(Prefix prefix) {
    boolean ipv6 = prefix.address().getAddress().length > 4;
    if (ipv6) {
      return faultIpv6(prefix);
    }
    String fault = fault(prefix.address());
    if (fault != null || prefix.length() >= 31 || prefix.length() == 0) {
      return fault;
    }
    int hosts = -1 >>> prefix.length();
    int host = bits(prefix.address()) & hosts;
    if (host == 0) {
      return "is the address of its network /" + prefix.length();
    }
    return host == hosts ? "is the broadcast address of its network /" + prefix.length() : null;
  }

  private static @Nullable String faultIpv6(Prefix prefix) {
    if (prefix.address().isLoopbackAddress()) {
      return "is a loopback address";
    }
    String fault = faultOfTarget(prefix.address());
    if (fault != null || prefix.length() >= 127 || prefix.length() == 0) {
      return fault; // /127: RFC 6164
    }
    byte[] bytes = prefix.address().getAddress();
    boolean host = (bytes[prefix.length() / 8] & 0xff >> prefix.length() % 8) != 0;
    for (int i = prefix.length() / 8 + 1; i < 16; i++) {
      host |= bytes[i] != 0;
    }
    // RFC 4291 §2.6.1
    return host ? null : "is the anycast address of its network /" + prefix.length();
  }

  private static int bits(InetAddress address) {
    return ByteBuffer.wrap(address.getAddress()).getInt();
  }
}
