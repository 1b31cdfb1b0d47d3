package io.vipops.spec;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Error rules of adverts that go to peers: who is no peer is neither heard nor told. */
final class UnicastRules {
  private final Cluster cluster;
  private final Findings findings;

  /** Instances whose adverts go to peers, by name. */
  private final Map<String, VrrpInstance> instances = new TreeMap<>();

  UnicastRules(Cluster cluster, Findings findings) {
    this.cluster = cluster;
    this.findings = findings;
    for (VrrpInstance it : cluster.vrrp().values()) {
      if (it.options().unicast() != null && !it.virtualAddresses().isEmpty()) {
        instances.put(it.name(), it);
      }
    }
  }

  /** What each named peer must be. */
  void peers() {
    for (VrrpInstance instance : instances.values()) {
      Set<InetAddress> seen = new HashSet<>();
      List<InetAddress> peers = peers(instance);
      for (int i = 0; i < peers.size(); i++) {
        InetAddress peer = peers.get(i);
        String fault = fault(instance, peer);
        if (fault == null && !seen.add(peer)) {
          fault = "is named twice";
        }
        if (fault != null) {
          String at = VrrpRules.at(instance) + "/unicast/peers/" + i;
          findings.report(RuleId.UNICAST_PEERS, at, Addresses.text(peer) + " " + fault);
        }
      }
      if (peers.isEmpty() && instance.isIpv6() && instance.priorities().size() > 1) {
        String message =
            "the nodes' addresses are IPv4: name their link-local addresses, {peers: [fe80::…]}";
        findings.reportAtKey(RuleId.UNICAST_PEERS, VrrpRules.at(instance) + "/unicast", message);
      }
    }
  }

  private @Nullable String fault(VrrpInstance instance, InetAddress peer) {
    boolean ipv6 = peer.getAddress().length > 4;
    if (ipv6 != instance.isIpv6()) {
      return "is not of the family of the virtual addresses, " + (ipv6 ? "IPv4" : "IPv6");
    }
    for (VirtualAddress it : instance.virtualAddresses()) {
      if (it.prefix().address().equals(peer) && !isNode(peer)) {
        return "is a virtual address: name the node's own";
      }
    }
    if (ipv6) {
      // RFC 9568 §5.1.2.1: that is where adverts come from.
      return Addresses.isLinkLocal(peer) ? null : "is not link-local, as adverts over IPv6 are";
    }
    return HostAddresses.fault(peer);
  }

  /** An owner's address is both. */
  private boolean isNode(InetAddress address) {
    return cluster.nodes().values().stream().anyMatch(it -> it.address().equals(address));
  }

  /**
   * Two nodes that do not hear each other both serve. Over IPv4 a node is a peer even if it is not
   * named; over IPv6 the spec does not say where its adverts come from.
   */
  void nodes() {
    for (VrrpInstance instance : instances.values()) {
      int named = peers(instance).size();
      int nodes = instance.priorities().size();
      if (instance.isIpv6() && named > 0 && named < nodes) {
        String message =
            named + " of " + nodes + " nodes' link-local addresses: name them all, a node skips";
        String at = VrrpRules.at(instance) + "/unicast/peers";
        findings.reportAtKey(RuleId.UNICAST_NODE, at, message + " its own");
      }
    }
  }

  private static List<InetAddress> peers(VrrpInstance instance) {
    Unicast unicast = instance.options().unicast();
    return unicast == null ? List.of() : unicast.peers();
  }
}
