package io.vipops.vrrp;

import io.vipops.spec.Addresses;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * One VRRP advertisement, decoded.
 *
 * @param priority 0-255; 0: the sender stops being Active
 * @param maxAdvertiseInterval whole seconds in version 2, centiseconds in version 3
 */
public record Advertisement(
    int version,
    int virtualRouterId,
    int priority,
    Duration maxAdvertiseInterval,
    List<InetAddress> addresses) {

  /** Whether an IPv6 link-local address comes first, as RFC 9568 §5.2.9 has it. */
  public boolean beginsWithLinkLocal() {
    return !addresses.isEmpty() && Addresses.isLinkLocal(addresses.get(0));
  }
}
