package io.vipops.plan;

import io.vipops.vrrp.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What makes a router another one; see {@link Instance.Identity}. */
final class Identity {
  private Identity() {}

  /** In words; empty: it is the same router. A password is never among them. */
  static List<String> changes(Instance old, Instance next) {
    List<String> changes = new ArrayList<>();
    if (old.virtualRouterId() != next.virtualRouterId()) {
      changes.add("VRID " + old.virtualRouterId() + "→" + next.virtualRouterId());
    }
    if (old.version() != next.version()) {
      changes.add("version " + old.version() + "→" + next.version());
    }
    if (old.isIpv6() != next.isIpv6()) {
      changes.add("another address family");
    }
    if (old.isUnicast() != next.isUnicast()) {
      changes.add(next.isUnicast() ? "multicast→unicast" : "unicast→multicast");
    }
    if (old.options().virtualMac() != next.options().virtualMac()) {
      changes.add(next.options().virtualMac() ? "virtual MAC" : "no virtual MAC any more");
    }
    if (!old.interfaceName().equals(next.interfaceName())) {
      changes.add("interface " + old.interfaceName() + "→" + next.interfaceName());
    }
    if (!old.address().equals(next.address())) {
      String from = old.address().getHostAddress();
      changes.add("node's address " + from + "→" + next.address().getHostAddress());
    }
    if (!Objects.equals(old.password(), next.password())
        || !Objects.equals(old.passwordFile(), next.passwordFile())) {
      changes.add("authentication changes");
    }
    if (changes.isEmpty() && !old.identity().equals(next.identity())) {
      changes.add("another identity");
    }
    return changes;
  }
}
