package io.vipops.spec;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Error rules of upstreams, listeners and routes. */
final class TrafficRules {
  /** The default of nginx.endpoint in agent.yaml. */
  private static final int GENERATION_PORT = 9182;

  private static final int MOST_HASH_WEIGHT = 10_000;

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
        findings.report(RuleId.UPSTREAM_EMPTY, at, upstream.name() + " has no servers");
      } else if (!ordinary) {
        String message = upstream.name() + " has only backups: one server must not be a backup";
        findings.report(RuleId.UPSTREAM_ONLY_BACKUPS, at, message);
      }
    }
  }

  void serverLoop() {
    Set<InetAddress> own = new HashSet<>();
    for (Node node : cluster.nodes().values()) {
      own.add(node.address());
    }
    Map<Integer, Listener> ports = new HashMap<>();
    for (Listener listener : cluster.listeners().values()) {
      ports.putIfAbsent(listener.port(), listener);
    }
    for (Upstream upstream : cluster.upstreams().values()) {
      for (int i = 0; i < upstream.servers().size(); i++) {
        Server server = upstream.servers().get(i);
        Listener listener = ports.get(server.port());
        boolean here = server.address().isLoopbackAddress() || own.contains(server.address());
        if (here && listener != null) {
          String message = "this server is the load balancer's own listener " + listener.name();
          String at = at(upstream) + "/servers/" + i;
          findings.report(RuleId.SERVER_LOOP, at, message + ": requests would loop");
        }
      }
    }
  }

  /** nginx makes 160 points of each unit of weight, and sorts them all at each reload. */
  void consistentHashWeights() {
    for (Upstream upstream : cluster.upstreams().values()) {
      if (upstream.balance() instanceof Upstream.Balance.Hash hash && hash.consistent()) {
        long sum = 0;
        for (Server server : upstream.servers()) {
          sum += server.weight();
        }
        if (sum > MOST_HASH_WEIGHT) {
          String message = "with consistent, weights add up to at most " + MOST_HASH_WEIGHT;
          String at = at(upstream) + "/balance/consistent";
          findings.report(RuleId.OUT_OF_RANGE, at, message + ", not " + sum);
        }
      }
    }
  }

  void listenerReserved() {
    for (Listener listener : cluster.listeners().values()) {
      if (listener.port() == GENERATION_PORT) {
        String message = "port " + GENERATION_PORT + " is where nginx answers its generation";
        String at = at(listener) + "/port";
        findings.report(RuleId.LISTENER_RESERVED, at, message + ": use another");
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
          findings.report(RuleId.UPSTREAM_BACKUP, at(upstream) + "/servers/" + i, message);
        }
      }
    }
  }

  void redirects() {
    Set<String> done = new HashSet<>();
    for (Listener listener : cluster.listeners().values()) {
      if (listener.redirectTo() != null) {
        findings.refer("listeners", listener.redirectTo(), at(listener) + "/redirect_to");
      }
      // Each listener is passed once, however long the chains are.
      Map<String, Listener> chain = new LinkedHashMap<>();
      Listener next = listener;
      while (next != null && next.redirectTo() != null && !done.contains(next.name())) {
        if (chain.putIfAbsent(next.name(), next) != null) {
          loop(next, chain);
          break;
        }
        next = cluster.listeners().get(next.redirectTo());
      }
      done.addAll(chain.keySet());
    }
  }

  /** Reports each listener of {@code chain} from {@code first} on. */
  private void loop(Listener first, Map<String, Listener> chain) {
    boolean inside = false;
    for (Listener listener : chain.values()) {
      inside |= listener.name().equals(first.name());
      if (inside) {
        String message = "redirects lead back to " + listener.name();
        findings.report(RuleId.LISTENER_LOOP, at(listener) + "/redirect_to", message);
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
          findings.refer("upstreams", proxy.upstream(), rule(findings, i, j, "/upstream"));
        }
      }
    }
  }

  /** The pointer of a part of a rule, which stands in a list, or alone in the route itself. */
  static String rule(Findings findings, int route, int rule, String part) {
    String at = "/routes/" + route;
    return findings.has(at + "/rules") ? at + "/rules/" + rule + part : at + part;
  }

  /** A host of a route. */
  private record HostPlace(int route, int host) {}

  void hostTwice() {
    Map<String, List<HostPlace>> places = new LinkedHashMap<>();
    Set<String> withoutHosts = new HashSet<>();
    for (int i = 0; i < cluster.routes().size(); i++) {
      Route route = cluster.routes().get(i);
      Set<String> listeners = listeners(route, i);
      for (String listener : listeners) {
        if (route.hosts().isEmpty() && !withoutHosts.add(listener)) {
          String message = "listener " + listener + " has two routes without hosts";
          findings.report(RuleId.HOST_TWICE, "/routes/" + i, message);
        }
      }
      for (int j = 0; j < route.hosts().size(); j++) {
        places
            .computeIfAbsent(route.hosts().get(j), host -> new ArrayList<>(1))
            .add(new HostPlace(i, j));
      }
    }
    places.forEach(this::hostTwice);
  }

  private void hostTwice(String host, List<HostPlace> places) {
    if (places.size() == 1) {
      return;
    }
    Set<String> seen = new HashSet<>();
    for (HostPlace place : places) {
      for (String listener : new LinkedHashSet<>(cluster.routes().get(place.route()).listeners())) {
        if (!seen.add(listener)) {
          String message = "host " + host + " stands twice on listener " + listener;
          String at = "/routes/" + place.route() + "/hosts/" + place.host();
          findings.report(RuleId.HOST_TWICE, at, message);
        }
      }
    }
  }

  /** A route's listeners, each once; one that stands twice is reported. */
  private Set<String> listeners(Route route, int index) {
    Set<String> listeners = new LinkedHashSet<>();
    for (int i = 0; i < route.listeners().size(); i++) {
      String listener = route.listeners().get(i);
      if (!listeners.add(listener)) {
        String message = "listener " + listener + " stands twice in this route";
        findings.report(RuleId.HOST_TWICE, "/routes/" + index + "/listeners/" + i, message);
      }
    }
    return listeners;
  }

  void pathTwice() {
    for (int i = 0; i < cluster.routes().size(); i++) {
      Set<String> seen = new HashSet<>();
      List<Route.Rule> rules = cluster.routes().get(i).rules();
      for (int j = 0; j < rules.size(); j++) {
        Route.PathMatch path = rules.get(j).path();
        if (!seen.add(normal(path))) {
          String message = "path " + path + " stands twice in this route";
          findings.report(RuleId.PATH_TWICE, "/routes/" + i + "/rules/" + j, message);
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
