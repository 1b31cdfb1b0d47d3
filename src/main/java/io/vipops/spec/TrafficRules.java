package io.vipops.spec;

import java.net.InetAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Error rules of upstreams, listeners and routes. */
final class TrafficRules {
  private final Cluster cluster;
  private final Findings findings;

  TrafficRules(Cluster cluster, Findings findings) {
    this.cluster = cluster;
    this.findings = findings;
  }

  static String at(Upstream upstream) {
    return Pointer.child("/upstreams", upstream.name());
  }

  static String at(Listener listener) {
    return Pointer.child("/listeners", listener.name());
  }

  void upstreamServers() {
    for (Upstream upstream : cluster.upstreams().values()) {
      boolean ordinary = false;
      for (Server server : upstream.servers()) {
        ordinary |= !server.backup();
      }
      String at = at(upstream) + "/servers";
      if (upstream.servers().isEmpty()) {
        findings.error(RuleId.UPSTREAM_EMPTY, at, upstream.name() + " has no servers");
      } else if (!ordinary) {
        String message = upstream.name() + " has only backups: one server must not be a backup";
        findings.error(RuleId.UPSTREAM_ONLY_BACKUPS, at, message);
      }
    }
  }

  void backupWithHash() {
    for (Upstream upstream : cluster.upstreams().values()) {
      Upstream.Balance balance = upstream.balance();
      if (balance instanceof Upstream.Balance.RoundRobin
          || balance instanceof Upstream.Balance.LeastConn) {
        continue;
      }
      for (int i = 0; i < upstream.servers().size(); i++) {
        if (upstream.servers().get(i).backup()) {
          String message = "nginx has no backups with hash, ip_hash or random: remove one of them";
          findings.error(RuleId.UPSTREAM_BACKUP, at(upstream) + "/servers/" + i, message);
        }
      }
    }
  }

  void listenerTwice() {
    List<Listener> listeners = List.copyOf(cluster.listeners().values());
    for (int i = 0; i < listeners.size(); i++) {
      for (Listener other : listeners.subList(0, i)) {
        Listener one = listeners.get(i);
        if (one.port() == other.port() && overlap(one.addresses(), other.addresses())) {
          String message = other.name() + " and " + one.name() + " both listen on port ";
          String at = findings.later(at(other) + "/port", at(one) + "/port");
          findings.error(RuleId.LISTENER_TWICE, at, message + one.port());
        }
      }
    }
  }

  private static boolean overlap(List<InetAddress> some, List<InetAddress> others) {
    return some.isEmpty() || others.isEmpty() || !Collections.disjoint(some, others);
  }

  void redirects() {
    for (Listener listener : cluster.listeners().values()) {
      String target = listener.redirectTo();
      if (target == null) {
        continue;
      }
      String at = at(listener) + "/redirect_to";
      findings.refer("listeners", target, at);
      Set<String> passed = new HashSet<>();
      Listener next = listener;
      while (next != null && next.redirectTo() != null && passed.add(next.name())) {
        next = cluster.listeners().get(next.redirectTo());
      }
      if (next != null && next.name().equals(listener.name())) {
        String message = "redirects lead back to " + listener.name();
        findings.error(RuleId.LISTENER_LOOP, at, message);
      }
    }
  }

  void routeReferences() {
    for (int i = 0; i < cluster.routes().size(); i++) {
      Route route = cluster.routes().get(i);
      for (int j = 0; j < route.listeners().size(); j++) {
        findings.refer("listeners", route.listeners().get(j), "/routes/" + i + "/listeners/" + j);
      }
      for (int j = 0; j < route.rules().size(); j++) {
        if (route.rules().get(j).action() instanceof Route.Action.Proxy proxy) {
          findings.refer("upstreams", proxy.upstream(), rule(i, j, "/upstream"));
        }
      }
    }
  }

  /** The pointer of a part of a rule, which stands in a list, or alone in the route itself. */
  private String rule(int route, int rule, String part) {
    String at = "/routes/" + route;
    return findings.has(at + "/rules") ? at + "/rules/" + rule + part : at + part;
  }

  void hostTwice() {
    Map<String, String> seen = new HashMap<>();
    for (int i = 0; i < cluster.routes().size(); i++) {
      Route route = cluster.routes().get(i);
      for (String listener : route.listeners()) {
        if (route.hosts().isEmpty() && seen.put(listener, "") != null) {
          String message = "listener " + listener + " has two routes without hosts";
          findings.error(RuleId.HOST_TWICE, "/routes/" + i, message);
        }
        for (int j = 0; j < route.hosts().size(); j++) {
          String host = route.hosts().get(j);
          if (seen.put(listener + " " + host, "") != null) {
            String message = "host " + host + " stands twice on listener " + listener;
            findings.error(RuleId.HOST_TWICE, "/routes/" + i + "/hosts/" + j, message);
          }
        }
      }
    }
  }

  void pathTwice() {
    for (int i = 0; i < cluster.routes().size(); i++) {
      Set<String> seen = new HashSet<>();
      List<Route.Rule> rules = cluster.routes().get(i).rules();
      for (int j = 0; j < rules.size(); j++) {
        Route.PathMatch path = rules.get(j).path();
        if (!seen.add(normal(path))) {
          String message = "path " + path + " stands twice in this route";
          findings.error(RuleId.PATH_TWICE, "/routes/" + i + "/rules/" + j, message);
        }
      }
    }
  }

  /** By whole segments, the prefix /api/ is the prefix /api. */
  private static String normal(Route.PathMatch path) {
    String text = path.value();
    boolean prefix = path.kind() == Route.PathMatch.Kind.PREFIX;
    if (prefix && text.length() > 1 && text.endsWith("/")) {
      text = text.substring(0, text.length() - 1);
    }
    return prefix + text;
  }
}
