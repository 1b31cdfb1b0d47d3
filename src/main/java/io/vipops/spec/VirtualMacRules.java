package io.vipops.spec;

import java.util.HashMap;
import java.util.Map;

/** Error rule of virtual MACs: what they cannot be combined with. */
final class VirtualMacRules {
  /** 40 bytes of IPv6, 8 of VRRP and 16 for each, in the 1,500 of Ethernet. */
  private static final int MOST_IPV6 = 90;

  private final Cluster cluster;
  private final Findings findings;

  VirtualMacRules(Cluster cluster, Findings findings) {
    this.cluster = cluster;
    this.findings = findings;
  }

  void virtualMacs() {
    Map<String, VrrpInstance> seen = new HashMap<>();
    for (VrrpInstance it : cluster.vrrp().values()) {
      if (!it.options().virtualMac() || it.virtualAddresses().isEmpty()) {
        continue;
      }
      if (it.options().unicast() != null) {
        report(it, "switches learn a virtual MAC from multicast adverts: remove it, or unicast");
      }
      if (it.priorities().containsValue(255)) {
        report(it, "an address owner's address has the MAC of its interface: use 1 to 254");
      }
      if (it.isIpv6() && it.virtualAddresses().size() > MOST_IPV6) {
        report(
            it,
            "an advert of more than "
                + MOST_IPV6
                + " IPv6 addresses fits into no frame: make a second instance");
      }
      VrrpInstance other = seen.putIfAbsent(it.virtualRouterId() + " " + it.isIpv6(), it);
      if (other != null) {
        String both = other.name() + " and " + it.name() + " would have one virtual MAC";
        report(it, both + ", " + it.virtualRouterId() + ": choose another virtual_router_id");
      }
    }
  }

  private void report(VrrpInstance it, String message) {
    findings.report(RuleId.VIRTUAL_MAC, VrrpRules.at(it) + "/virtual_mac", message);
  }
}
