package io.vipops.spec;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Warning rules, for clusters without errors. */
final class Warnings {
  private final Cluster cluster;
  private final Findings findings;

  Warnings(Cluster cluster, Findings findings) {
    this.cluster = cluster;
    this.findings = findings;
  }

  /** All weights of an instance together must be able to turn the order of two nodes. */
  void weightNoEffect() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      int total = 0;
      for (Track track : instance.track()) {
        total += Math.abs(track.weight());
      }
      List<TrackedInterface> interfaces = instance.options().trackInterfaces();
      for (TrackedInterface it : interfaces) {
        total += Math.abs(it.weight());
      }
      if (instance.priorities().containsValue(255)) {
        continue; // an owner has no weights, which is reported
      }
      int nearest = nearestPriorities(instance);
      for (int i = 0; i < instance.track().size(); i++) {
        Track track = instance.track().get(i);
        if (track.weight() != 0 && total <= nearest && instance.priorities().size() > 1) {
          String message =
              "weight " + track.weight() + " changes nothing: the priorities are " + nearest;
          String at = VrrpRules.at(instance) + "/track/" + i;
          findings.report(RuleId.WEIGHT_NO_EFFECT, at, message + " apart");
        }
      }
      for (int i = 0; i < interfaces.size(); i++) {
        TrackedInterface it = interfaces.get(i);
        String at = VrrpRules.at(instance) + "/track_interfaces/" + i;
        if (it.weight() != 0 && isOwnEverywhere(instance, it.name())) {
          String message = it.name() + " is the instance's own interface: its loss means Fault, ";
          findings.report(RuleId.WEIGHT_NO_EFFECT, at, message + "whatever the weight");
        } else if (it.weight() != 0 && total <= nearest && instance.priorities().size() > 1) {
          String message =
              "weight " + it.weight() + " changes nothing: the priorities are " + nearest;
          findings.report(RuleId.WEIGHT_NO_EFFECT, at, message + " apart");
        }
      }
    }
  }

  private boolean isOwnEverywhere(VrrpInstance instance, String name) {
    String own = instance.interfaceName();
    return own != null
        ? own.equals(name)
        : cluster.nodes().values().stream().allMatch(it -> it.interfaceName().equals(name));
  }

  private static int nearestPriorities(VrrpInstance instance) {
    Set<Integer> priorities = new TreeSet<>(instance.priorities().values());
    int nearest = priorities.size() < instance.priorities().size() ? 0 : 254;
    int before = -254;
    for (int priority : priorities) {
      nearest = Math.min(nearest, priority - before);
      before = priority;
    }
    return nearest;
  }

  /** A check of something that all nodes share, whose failure means Fault on each. */
  void sharedFault() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      for (int i = 0; i < instance.track().size(); i++) {
        Track track = instance.track().get(i);
        Check check = cluster.checks().get(track.check());
        if (track.weight() == 0 && check != null && looksElsewhere(check)) {
          String message =
              "all nodes fail check " + check.name() + " together, and weight 0 means ";
          String at = VrrpRules.at(instance) + "/track/" + i;
          String fix = "Fault: give it a weight, or nobody holds the addresses";
          findings.report(RuleId.SHARED_FAULT, at, message + fix);
        }
      }
    }
  }

  private static boolean looksElsewhere(Check check) {
    for (Probe probe : check.probes()) {
      if (probe instanceof Probe.Tcp tcp && !tcp.address().isLoopbackAddress()) {
        return true;
      }
      if (probe instanceof Probe.Ping ping && !ping.address().isLoopbackAddress()) {
        return true;
      }
      if (probe instanceof Probe.Http http) {
        String host = http.url().getHost();
        if (!host.equals("localhost") && !host.startsWith("127.") && !host.equals("[::1]")) {
          return true;
        }
      }
    }
    return false;
  }

  /** Compared with twice the time in which a dead node is noticed (RFC 9568 §6.1). */
  void slowCheck() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      for (int i = 0; i < instance.track().size(); i++) {
        Check check = cluster.checks().get(instance.track().get(i).check());
        if (check == null) {
          continue;
        }
        Duration noticed = check.interval().multipliedBy(check.fall());
        Duration failover = instance.advertInterval().multipliedBy(4);
        if (noticed.compareTo(failover.multipliedBy(2)) > 0) {
          String message = "check " + check.name() + " takes " + Durations.format(noticed);
          String rest = " to fail, a dead node is noticed within " + Durations.format(failover);
          String at = VrrpRules.at(instance) + "/track/" + i;
          findings.report(RuleId.SLOW_CHECK, at, message + rest);
        }
      }
    }
  }

  void shortLease() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      Duration least = instance.advertInterval().multipliedBy(2);
      Duration lease = instance.vipLease();
      if (!lease.isZero() && lease.compareTo(least) < 0) {
        String message =
            "vip_lease is shorter than two advert intervals, " + Durations.format(least);
        String at = VrrpRules.at(instance) + "/vip_lease";
        findings.report(RuleId.SHORT_LEASE, at, message + ": auto is three");
      }
    }
  }

  /** RFC 9568 §5.2.9; the advice is the interface identifier of the virtual MAC (§7.4). */
  void linkLocalMissing() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      boolean has = instance.virtualAddresses().isEmpty();
      for (VirtualAddress it : instance.virtualAddresses()) {
        InetAddress address = it.prefix().address();
        has |= address.getAddress().length == 4 || Addresses.isLinkLocal(address);
      }
      if (!has) {
        String advice =
            "fe80::200:5eff:fe00:2" + String.format("%02x", instance.virtualRouterId()) + "/64";
        String message =
            "adverts without a link-local address are for vipops and keepalived only: add ";
        String at = VrrpRules.at(instance) + "/virtual_addresses";
        findings.reportAtKey(RuleId.LINK_LOCAL_MISSING, at, message + advice);
      }
    }
  }

  /** A listener on every address is of use as long as one virtual address takes what it serves. */
  void notAccepted() {
    Map<InetAddress, VrrpInstance> refused = new HashMap<>();
    boolean someAccept = false;
    for (VrrpInstance instance : cluster.vrrp().values()) {
      Collection<Integer> priorities = instance.priorities().values();
      if (instance.options().accept() || priorities.stream().allMatch(it -> it == 255)) {
        someAccept = true;
      } else {
        instance.virtualAddresses().forEach(it -> refused.put(it.prefix().address(), instance));
        instance
            .options()
            .excludedAddresses()
            .forEach(it -> refused.put(it.prefix().address(), instance));
      }
    }
    boolean everywhere = false;
    for (Listener listener : cluster.listeners().values()) {
      everywhere |= listener.addresses().isEmpty();
      for (int i = 0; i < listener.addresses().size(); i++) {
        VrrpInstance of = refused.get(listener.addresses().get(i));
        if (of != null) {
          String at = Pointer.child("/listeners", listener.name()) + "/addresses/" + i;
          String message = Addresses.text(listener.addresses().get(i)) + " takes no requests: ";
          findings.report(RuleId.NOT_ACCEPTED, at, message + of.name() + " has accept: false");
        }
      }
    }
    if (everywhere && !someAccept) {
      for (VrrpInstance instance : cluster.vrrp().values()) {
        String message = "no virtual address takes requests, and there are listeners for them";
        findings.report(RuleId.NOT_ACCEPTED, VrrpRules.at(instance) + "/accept", message);
      }
    }
  }

  void inlineSecret() {
    for (VrrpInstance instance : cluster.vrrp().values()) {
      VrrpInstance.Authentication authentication = instance.authentication();
      if (authentication != null && authentication.password() != null) {
        String at = VrrpRules.at(instance) + "/authentication/password";
        String message = "all who read the spec read this password: use password_file";
        findings.reportAtKey(RuleId.INLINE_SECRET, at, message);
      }
    }
  }

  void unusedChecks() {
    Set<String> used = new HashSet<>();
    for (VrrpInstance instance : cluster.vrrp().values()) {
      for (Track track : instance.track()) {
        used.add(track.check());
      }
    }
    for (String name : cluster.checks().keySet()) {
      unused(used, name, "/checks", "no instance tracks check " + name);
    }
  }

  void unusedUpstreams() {
    Set<String> used = new HashSet<>();
    for (Route route : cluster.routes()) {
      for (Route.Rule rule : route.rules()) {
        if (rule.action() instanceof Route.Action.Proxy proxy) {
          used.add(proxy.upstream());
        }
      }
    }
    for (String name : cluster.upstreams().keySet()) {
      unused(used, name, "/upstreams", "no route leads to upstream " + name);
    }
  }

  void unusedListeners() {
    Set<String> used = new HashSet<>();
    for (Route route : cluster.routes()) {
      used.addAll(route.listeners());
    }
    for (Listener listener : cluster.listeners().values()) {
      if (listener.redirectTo() == null) {
        String message = "listener " + listener.name() + " has neither route nor redirect_to";
        unused(used, listener.name(), "/listeners", message);
      }
    }
  }

  private void unused(Set<String> used, String name, String section, String message) {
    if (!used.contains(name)) {
      findings.reportAtKey(RuleId.UNUSED_DEFINITION, Pointer.child(section, name), message);
    }
  }

  void oneServer() {
    for (Upstream upstream : cluster.upstreams().values()) {
      if (upstream.servers().size() == 1) {
        String message = upstream.name() + " has one server: when it fails, nothing answers";
        findings.report(RuleId.ONE_SERVER, TrafficRules.at(upstream) + "/servers/0", message);
      }
    }
  }

  void allDown() {
    for (Upstream upstream : cluster.upstreams().values()) {
      boolean ready = false;
      for (Server server : upstream.servers()) {
        ready |= server.state() == Server.State.READY;
      }
      if (!ready) {
        String message = "all servers of " + upstream.name() + " are drain or maint";
        String at = TrafficRules.at(upstream) + "/servers";
        findings.report(RuleId.UPSTREAM_ALL_DOWN, at, message + ": every request gets a 502");
      }
    }
  }

  void serverTwice() {
    for (Upstream upstream : cluster.upstreams().values()) {
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < upstream.servers().size(); i++) {
        Server server = upstream.servers().get(i);
        if (!seen.add(server.address().getHostAddress() + " " + server.port())) {
          String at = TrafficRules.at(upstream) + "/servers/" + i;
          String message = "this server stands twice in " + upstream.name() + ": use weight";
          findings.report(RuleId.SERVER_TWICE, at, message);
        }
      }
    }
  }
}
