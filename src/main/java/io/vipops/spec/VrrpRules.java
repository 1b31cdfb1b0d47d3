package io.vipops.spec;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Error rules of nodes and virtual routers. */
final class VrrpRules {
  /** A virtual address and where it stands. */
  private record Vip(
      VrrpInstance instance, VirtualAddress address, boolean excluded, String pointer) {
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
        vips.add(new Vip(instance, address, false, pointer));
      }
      index = 0;
      for (VirtualAddress address : instance.options().excludedAddresses()) {
        String pointer = at(instance) + "/excluded_addresses/" + index++;
        vips.add(new Vip(instance, address, true, pointer));
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
        findings.report(RuleId.NODE_ADDRESS_TWICE, at, message);
      }
    }
  }

  /** RFC 9568 §5.2.3: the VRID names the virtual router on its LAN, for each family by itself. */
  void vridTwice() {
    Set<String> ofNodes = new TreeSet<>();
    for (Node node : cluster.nodes().values()) {
      ofNodes.add(node.interfaceName());
    }
    Map<String, VrrpInstance> seen = new HashMap<>();
    for (VrrpInstance one : cluster.vrrp().values()) {
      String own = one.interfaceName();
      // Two that name no interface always meet: no need to go through all nodes' interfaces.
      VrrpInstance other =
          own == null && !ofNodes.isEmpty() ? seen.putIfAbsent(wire(one, null), one) : null;
      if (other == null && !ofNodes.isEmpty()) {
        for (String name : own == null ? ofNodes : Set.of(own)) {
          VrrpInstance before = seen.putIfAbsent(wire(one, name), one);
          other = other == null ? before : other;
        }
      }
      if (other != null) {
        String at =
            findings.later(at(other) + "/virtual_router_id", at(one) + "/virtual_router_id");
        String names = other.name() + " and " + one.name();
        String message = names + " have the same virtual_router_id on one interface";
        findings.report(RuleId.VRID_TWICE, at, message);
      }
    }
  }

  /**
   * A virtual router's name on the wire: its VRID in a family, on an interface. Text, because the
   * hash of a record costs each start some milliseconds.
   */
  private static String wire(VrrpInstance instance, @Nullable String interfaceName) {
    List<VirtualAddress> addresses = instance.virtualAddresses();
    int family = addresses.isEmpty() ? 4 : family(addresses.get(0));
    String name = instance.virtualRouterId() + " " + family;
    return interfaceName == null ? name : name + " " + interfaceName;
  }

  /** The bytes of an address: 4 or 16. */
  private static int family(VirtualAddress address) {
    return address.prefix().address().getAddress().length;
  }

  /** RFC 9568 §5.2.9: an advert carries addresses of the family that it is sent in. */
  void virtualAddressFamily() {
    for (Vip vip : vips) {
      if (vip.excluded()) {
        excludedFamily(vip);
        continue;
      }
      VirtualAddress first = vip.instance().virtualAddresses().get(0);
      if (family(vip.address()) != family(first)) {
        String message = "virtual addresses of an instance are all IPv4 or all IPv6: ";
        findings.report(RuleId.VIP_FAMILY, vip.pointer(), message + "make a second instance");
      } else if (family(first) != 4 && vip.address().label() != null) {
        String message = "the kernel has labels for IPv4 addresses only: remove it";
        findings.report(RuleId.IPV6_LABEL, vip.pointer() + "/label", message);
      }
    }
  }

  /** RFC 3768 is IPv4 alone. */
  void ipv6Version() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      List<VirtualAddress> addresses = instance.virtualAddresses();
      if (instance.version() == 2 && !addresses.isEmpty() && family(addresses.get(0)) != 4) {
        String fix = instance.authentication() == null ? "version: 2" : "the authentication";
        String message = "IPv6 needs version 3: remove " + fix;
        String key = instance.authentication() == null ? "/version" : "/authentication";
        findings.reportAtKey(RuleId.IPV6_VERSION, at(instance) + key, message);
      }
    }
  }

  /** Nobody advertises it, so it could be of any family. */
  private void excludedFamily(Vip vip) {
    if (family(vip.address()) != 4) {
      String message = "IPv6 excluded addresses are not supported yet";
      findings.report(RuleId.NOT_SUPPORTED, vip.pointer(), message);
    }
  }

  /** Every node has one, no two the same. */
  void priorities() {
    // More nodes than there are priorities: that is reported, and no instance can do with it.
    Set<String> nodes = findings.names("nodes").size() > 255 ? Set.of() : findings.names("nodes");
    for (VrrpInstance instance : cluster.vrrp().values()) {
      String at = at(instance) + "/priorities";
      for (String node : nodes) {
        if (!instance.priorities().containsKey(node)) {
          String message = "node " + node + " has no priority in " + instance.name();
          findings.reportAtKey(RuleId.PRIORITY_MISSING, at, message);
        }
      }
      Map<Integer, String> seen = new HashMap<>();
      for (Map.Entry<String, Integer> entry : instance.priorities().entrySet()) {
        String node = entry.getKey();
        String pointer = Pointer.child(at, node);
        if (!findings.defines("nodes", node)) {
          String message = "node " + node + " is not defined" + findings.hint(node, "nodes");
          findings.reportAtKey(RuleId.UNDEFINED_REFERENCE, pointer, message);
        }
        String other = seen.putIfAbsent(entry.getValue(), node);
        if (other != null) {
          String message = other + " and " + node + " have the same priority " + entry.getValue();
          String later = findings.later(Pointer.child(at, other), pointer);
          findings.report(RuleId.PRIORITY_TWICE, later, message);
        }
      }
    }
  }

  /** RFC 9568 §5.2.4: 255 is for the router that owns the address. */
  void owners() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      Node owner = null;
      for (Map.Entry<String, Integer> entry : instance.priorities().entrySet()) {
        Node node = cluster.nodes().get(entry.getKey());
        if (entry.getValue() != 255 || node == null) {
          continue;
        }
        owner = node;
        String at = Pointer.child(at(instance) + "/priorities", node.name());
        if (!hasAddress(instance, node.address())) {
          String message = "255 is for the node whose address is the virtual address: use 1 to 254";
          findings.report(RuleId.OWNER_ADDRESS, at, message);
        }
      }
      for (int i = 0; owner != null && i < instance.track().size(); i++) {
        if (instance.track().get(i).weight() != 0) {
          String message = owner.name() + " owns the address and is always Active: remove weights";
          findings.report(RuleId.OWNER_WEIGHT, at(instance) + "/track/" + i, message);
        }
      }
      List<TrackedInterface> tracked = instance.options().trackInterfaces();
      for (int i = 0; owner != null && i < tracked.size(); i++) {
        if (tracked.get(i).weight() != 0) {
          String message = owner.name() + " owns the address and is always Active: remove weights";
          String at = at(instance) + "/track_interfaces/" + i;
          findings.report(RuleId.OWNER_WEIGHT, at, message);
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
      if (other != null && !onOtherLink(vip, other)) {
        String where = other.instance().name();
        String both =
            where.equals(vip.instance().name()) ? where : where + " and " + vip.instance().name();
        String message = Addresses.text(vip.ip()) + " stands twice, in " + both;
        findings.report(RuleId.VIP_TWICE, findings.later(other.pointer(), vip.pointer()), message);
      }
    }
  }

  /** A link-local address means another host on each interface (RFC 4007). */
  private static boolean onOtherLink(Vip one, Vip other) {
    String name = one.instance().interfaceName();
    String otherName = other.instance().interfaceName();
    return Addresses.isLinkLocal(one.ip())
        && name != null
        && otherName != null
        && !name.equals(otherName);
  }

  void virtualAddressIsNode() {
    Map<InetAddress, Node> nodes = new HashMap<>();
    for (Node node : cluster.nodes().values()) {
      nodes.put(node.address(), node);
    }
    for (Vip vip : vips) {
      Node node = nodes.get(vip.ip());
      if (node != null
          && !Integer.valueOf(255).equals(vip.instance().priorities().get(node.name()))) {
        String message = Addresses.text(vip.ip()) + " is " + node.name() + "'s own address";
        findings.report(RuleId.VIP_IS_NODE, vip.pointer(), message);
      }
    }
  }

  void virtualAddressIsServer() {
    Map<InetAddress, Vip> byAddress = new HashMap<>();
    for (Vip vip : vips) {
      byAddress.putIfAbsent(vip.ip(), vip);
    }
    for (Upstream upstream : cluster.upstreams().values()) {
      for (int i = 0; i < upstream.servers().size(); i++) {
        InetAddress address = upstream.servers().get(i).address();
        Vip vip = byAddress.get(address);
        if (vip != null) {
          String at = TrafficRules.at(upstream) + "/servers/" + i;
          String message = address.getHostAddress() + " is the virtual address of ";
          findings.report(RuleId.VIP_IS_SERVER, at, message + vip.instance().name());
        }
      }
    }
  }

  /**
   * A VIP that brings a network along which the nodes are not in would change their routes. Of an
   * excluded address, or one on an interface of its own, that is what it is for: where the nodes
   * are with their other addresses stands in no spec.
   */
  void virtualAddressPrefix() {
    for (Vip vip : vips) {
      Prefix prefix = vip.address().prefix();
      if (vip.excluded() || vip.address().interfaceName() != null) {
        continue;
      }
      for (Node node : cluster.nodes().values()) {
        boolean runs = vip.instance().priorities().containsKey(node.name());
        boolean same = prefix.address().getAddress().length == node.address().getAddress().length;
        if (runs && same && !contains(prefix, node.address())) {
          String address = node.address().getHostAddress();
          String fix = "use " + Addresses.text(vip.ip()) + "/32";
          String message = prefix + " does not contain " + node.name() + "'s address " + address;
          findings.report(RuleId.VIP_PREFIX, vip.pointer(), message + ": " + fix);
          break;
        }
      }
    }
  }

  /** A /32 brings no network along. */
  private static boolean contains(Prefix prefix, InetAddress address) {
    int mask = -1 << (32 - prefix.length());
    return prefix.length() == 32 || ((bits(prefix.address()) ^ bits(address)) & mask) == 0;
  }

  /** Of an IPv4 address, as nodes have. */
  private static int bits(InetAddress address) {
    return ByteBuffer.wrap(address.getAddress()).getInt();
  }

  void preemptDelay() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      if (!instance.preempt() && !instance.preemptDelay().isZero()) {
        String message = "preempt_delay has no meaning with preempt: false: remove one of them";
        findings.reportAtKey(RuleId.PREEMPT_DELAY, at(instance) + "/preempt_delay", message);
      }
    }
  }

  /** One of them decides for all, which one should make no difference. */
  void syncGroups() {
    Map<String, VrrpInstance> firsts = new HashMap<>();
    for (VrrpInstance instance : cluster.vrrp().values()) {
      String group = instance.options().syncGroup();
      VrrpInstance first = group == null ? null : firsts.putIfAbsent(group, instance);
      if (first != null) {
        sameInGroup("priorities", first, instance, VrrpInstance::priorities);
        sameInGroup("preempt", first, instance, VrrpInstance::preempt);
        sameInGroup("preempt_delay", first, instance, VrrpInstance::preemptDelay);
        sameInGroup("advert_interval", first, instance, VrrpInstance::advertInterval);
        sameInGroup("vip_lease", first, instance, VrrpInstance::vipLease);
      }
    }
  }

  private void sameInGroup(
      String key, VrrpInstance first, VrrpInstance next, Function<VrrpInstance, Object> value) {
    if (!value.apply(first).equals(value.apply(next))) {
      String message =
          "%s and %s of sync group %s move together: make their %s the same"
              .formatted(first.name(), next.name(), next.options().syncGroup(), key);
      findings.reportAtKey(RuleId.SYNC_GROUP, at(next) + "/" + key, message);
    }
  }

  /** RFC 3768 §5.3.8; RFC 9568 §5.2.8 leaves no choice over IPv6 either. */
  void checksumForm() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      boolean ipv6 =
          !instance.virtualAddresses().isEmpty() && family(instance.virtualAddresses().get(0)) != 4;
      if (instance.options().checksum() != ChecksumForm.AUTO && (instance.version() == 2 || ipv6)) {
        String which = ipv6 ? "over IPv6" : "in version 2";
        String message = "there is one form of checksum " + which + ": remove checksum";
        findings.reportAtKey(RuleId.CHECKSUM_FORM, at(instance) + "/checksum", message);
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
          findings.report(RuleId.TRACK_TWICE, at, message);
        }
      }
      Set<String> interfaces = new HashSet<>();
      List<TrackedInterface> tracked = instance.options().trackInterfaces();
      for (int i = 0; i < tracked.size(); i++) {
        if (!interfaces.add(tracked.get(i).name())) {
          String message = instance.name() + " tracks interface " + tracked.get(i).name();
          String at = at(instance) + "/track_interfaces/" + i;
          findings.report(RuleId.TRACK_TWICE, at, message + " twice");
        }
      }
    }
  }
}
