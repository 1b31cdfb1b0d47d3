package io.vipops.render;

import io.vipops.spec.Cluster;
import io.vipops.spec.Listener;
import io.vipops.spec.Node;
import io.vipops.spec.Position;
import io.vipops.spec.Rollout;
import io.vipops.spec.Route;
import io.vipops.spec.Route.Action;
import io.vipops.spec.Route.PathMatch;
import io.vipops.spec.Route.Rule;
import io.vipops.spec.Server;
import io.vipops.spec.SourceMap;
import io.vipops.spec.Spec;
import io.vipops.spec.Upstream;
import io.vipops.spec.Upstream.Balance;
import io.vipops.spec.Upstream.Timeouts;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Specs made by hand: also of values that the reader would refuse. */
final class Clusters {
  private Clusters() {}

  /** One node, one listener on port 80, one upstream {@code backend}, and these routes. */
  static Spec withRoutes(Route... routes) {
    return with(upstream("backend", new Balance.RoundRobin(), servers(2)), routes);
  }

  static Spec with(Upstream upstream, Route... routes) {
    return with(List.of(new Listener("http", 80, List.of(), null)), upstream, routes);
  }

  static Spec with(List<Listener> listeners, Upstream upstream, Route... routes) {
    TreeMap<String, Listener> byName = new TreeMap<>();
    listeners.forEach(listener -> byName.put(listener.name(), listener));
    Cluster cluster =
        new Cluster(
            "web",
            new TreeMap<>(
                Map.of("lb01", new Node("lb01", address("10.0.0.51"), "eth0", null, false, false))),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(Map.of(upstream.name(), upstream)),
            byName,
            List.of(routes),
            new Rollout(Duration.ofSeconds(3)));
    return new Spec(
        cluster, new SourceMap(Map.of("/upstreams", new Position("cluster.yaml", 7, 1))));
  }

  static Route route(List<String> hosts, Rule... rules) {
    return new Route(List.of("http"), hosts, List.of(rules));
  }

  static Rule proxy(PathMatch path) {
    return new Rule(path, new Action.Proxy("backend"), Timeouts.DEFAULT);
  }

  static Rule redirect(PathMatch path, String to) {
    return new Rule(path, new Action.Redirect(to, 301), Timeouts.DEFAULT);
  }

  static PathMatch exact(String path) {
    return new PathMatch(PathMatch.Kind.EXACT, path);
  }

  static PathMatch prefix(String path) {
    return new PathMatch(PathMatch.Kind.PREFIX, path);
  }

  static Upstream upstream(String name, Balance balance, List<Server> servers) {
    return new Upstream(name, balance, servers, 0, Timeouts.DEFAULT);
  }

  static List<Server> servers(int count) {
    List<Server> servers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      servers.add(server("10.1." + i / 250 + "." + (1 + i % 250), false, Server.State.READY));
    }
    return servers;
  }

  static Server server(String address, boolean backup, Server.State state) {
    return new Server(address(address), 8080, 1, 0, 1, Duration.ofSeconds(10), backup, state);
  }

  static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
