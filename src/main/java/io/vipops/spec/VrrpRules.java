package io.vipops.spec;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Error rules of nodes and virtual routers. */
final class VrrpRules {
  /** A virtual address and where it stands. */
  private record Vip(VrrpInstance instance, VirtualAddress address, String pointer) {
    InetAddress ip() {
      return address.prefix().address();
    }
  }

  private final Cluster cluster;
  private final Findings findings;
  private final List<Vip> vips = new ArrayList<>();

  VrrpRules(Cluster cluster, Findings findings) {
    this.cluster = cluster;
    this.findings = findings;
    for (VrrpInstance instance : cluster.vrrp().values()) {
      int index = 0;
      for (VirtualAddress address : instance.virtualAddresses()) {
        String pointer = at(instance) + "/virtual_addresses/" + index++;
        vips.add(new Vip(instance, address, pointer));
      }
    }
  }

  static String at(VrrpInstance instance) {
    return Pointer.child("/vrrp", instance.name());
  }

  private static String at(Node node) {
    return Pointer.child("/nodes", node.name());
  }

  void nodeAddressTwice() {
    Map<InetAddress, Node> seen = new HashMap<>();
    for (Node node : cluster.nodes().values()) {
      Node other = seen.putIfAbsent(node.address(), node);
      if (other != null) {
        String at = findings.later(at(other) + "/address", at(node) + "/address");
        String message = other.name() + " and " + node.name() + " have the same address";
        findings.error(RuleId.NODE_ADDRESS_TWICE, at, message);
      }
    }
  }

  /** RFC 9568 §5.2.3: the VRID names the virtual router on its LAN. */
  void vridTwice() {
    List<VrrpInstance> instances = List.copyOf(cluster.vrrp().values());
    for (int i = 0; i < instances.size(); i++) {
      for (VrrpInstance other : instances.subList(0, i)) {
        VrrpInstance one = instances.get(i);
        if (one.virtualRouterId() == other.virtualRouterId() && sharesInterface(one, other)) {
          String at =
              findings.later(at(other) + "/virtual_router_id", at(one) + "/virtual_router_id");
          String names = other.name() + " and " + one.name();
          String message = names + " have the same virtual_router_id on one interface";
          findings.error(RuleId.VRID_TWICE, at, message);
        }
      }
    }
  }

  private boolean sharesInterface(VrrpInstance one, VrrpInstance other) {
    for (Node node : cluster.nodes().values()) {
      if (interfaceOf(one, node).equals(interfaceOf(other, node))) {
        return true;
      }
    }
    return false;
  }

  private static String interfaceOf(VrrpInstance instance, Node node) {
    String own = instance.interfaceName();
    return own == null ? node.interfaceName() : own;
  }

  /** Every node has one, no two the same. */
  void priorities() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      String at = at(instance) + "/priorities";
      for (String node : findings.names("nodes")) {
        if (!instance.priorities().containsKey(node)) {
          String message = "node " + node + " has no priority in " + instance.name();
          findings.errorAtKey(RuleId.PRIORITY_MISSING, at, message);
        }
      }
      Map<Integer, String> seen = new HashMap<>();
      for (Map.Entry<String, Integer> entry : instance.priorities().entrySet()) {
        String node = entry.getKey();
        String pointer = Pointer.child(at, node);
        if (!findings.defines("nodes", node)) {
          String hint = Closest.hint(node, findings.names("nodes"));
          String message = "node " + node + " is not defined" + hint;
          findings.errorAtKey(RuleId.UNDEFINED_REFERENCE, pointer, message);
        }
        String other = seen.putIfAbsent(entry.getValue(), node);
        if (other != null) {
          String message = other + " and " + node + " have the same priority " + entry.getValue();
          String later = findings.later(Pointer.child(at, other), pointer);
          findings.error(RuleId.PRIORITY_TWICE, later, message);
        }
      }
    }
  }

  /** RFC 9568 §5.2.4: 255 is for the router that owns the address. */
  void owners() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      for (Map.Entry<String, Integer> entry : instance.priorities().entrySet()) {
        Node node = cluster.nodes().get(entry.getKey());
        if (entry.getValue() != 255 || node == null) {
          continue;
        }
        String at = Pointer.child(at(instance) + "/priorities", node.name());
        if (!hasAddress(instance, node.address())) {
          String message = "255 is for the node whose address is the virtual address: use 1 to 254";
          findings.error(RuleId.OWNER_ADDRESS, at, message);
        }
        for (int i = 0; i < instance.track().size(); i++) {
          if (instance.track().get(i).weight() != 0) {
            String message = node.name() + " owns the address and is always Active: remove weights";
            findings.error(RuleId.OWNER_WEIGHT, at(instance) + "/track/" + i, message);
          }
        }
      }
    }
  }

  private static boolean hasAddress(VrrpInstance instance, InetAddress address) {
    for (VirtualAddress virtual : instance.virtualAddresses()) {
      if (virtual.prefix().address().equals(address)) {
        return true;
      }
    }
    return false;
  }

  void virtualAddressTwice() {
    Map<InetAddress, Vip> seen = new HashMap<>();
    for (Vip vip : vips) {
      Vip other = seen.putIfAbsent(vip.ip(), vip);
      if (other != null) {
        String where = other.instance().name();
        String both =
            where.equals(vip.instance().name()) ? where : where + " and " + vip.instance().name();
        String message = vip.ip().getHostAddress() + " stands twice, in " + both;
        findings.error(RuleId.VIP_TWICE, findings.later(other.pointer(), vip.pointer()), message);
      }
    }
  }

  void virtualAddressIsNode() {
    for (Vip vip : vips) {
      for (Node node : cluster.nodes().values()) {
        boolean owner = Integer.valueOf(255).equals(vip.instance().priorities().get(node.name()));
        if (vip.ip().equals(node.address()) && !owner) {
          String message = vip.ip().getHostAddress() + " is " + node.name() + "'s own address";
          findings.error(RuleId.VIP_IS_NODE, vip.pointer(), message);
        }
      }
    }
  }

  void virtualAddressIsServer() {
    for (Upstream upstream : cluster.upstreams().values()) {
      for (int i = 0; i < upstream.servers().size(); i++) {
        InetAddress address = upstream.servers().get(i).address();
        for (Vip vip : vips) {
          if (vip.ip().equals(address)) {
            String at = TrafficRules.at(upstream) + "/servers/" + i;
            String message = address.getHostAddress() + " is the virtual address of ";
            findings.error(RuleId.VIP_IS_SERVER, at, message + vip.instance().name());
          }
        }
      }
    }
  }

  /** A VIP that brings a network along which the nodes are not in would change their routes. */
  void virtualAddressPrefix() {
    for (Vip vip : vips) {
      Prefix prefix = vip.address().prefix();
      for (Node node : cluster.nodes().values()) {
        boolean runs = vip.instance().priorities().containsKey(node.name());
        if (runs && prefix.length() < 32 && !contains(prefix, node.address())) {
          String address = node.address().getHostAddress();
          String fix = "use " + vip.ip().getHostAddress() + "/32";
          String message = prefix + " does not contain " + node.name() + "'s address " + address;
          findings.error(RuleId.VIP_PREFIX, vip.pointer(), message + ": " + fix);
          break;
        }
      }
    }
  }

  private static boolean contains(Prefix prefix, InetAddress address) {
    byte[] network = prefix.address().getAddress();
    byte[] other = address.getAddress();
    for (int bit = 0; bit < prefix.length(); bit++) {
      int mask = 0x80 >> (bit % 8);
      if (network.length != other.length || ((network[bit / 8] ^ other[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  void preemptDelay() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      if (!instance.preempt() && !instance.preemptDelay().isZero()) {
        String message = "preempt_delay has no meaning with preempt: false: remove one of them";
        findings.errorAtKey(RuleId.PREEMPT_DELAY, at(instance) + "/preempt_delay", message);
      }
    }
  }

  void tracks() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < instance.track().size(); i++) {
        String check = instance.track().get(i).check();
        String at = at(instance) + "/track/" + i;
        findings.refer("checks", check, at);
        if (!seen.add(check)) {
          String message = instance.name() + " tracks check " + check + " twice";
          findings.error(RuleId.TRACK_TWICE, at, message);
        }
      }
    }
  }
}
