package io.vipops.render;

import io.vipops.spec.Cluster;
import io.vipops.spec.Listener;
import io.vipops.spec.Route;
import io.vipops.spec.SourceMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The {@code server} blocks that answer clients. */
final class ServerBlocks {
  private final NginxWriter out;
  private final Cluster cluster;
  private final SourceMap source;
  private final DefaultServers defaults;

  ServerBlocks(NginxWriter out, Cluster cluster, SourceMap source) {
    this.out = out;
    this.cluster = cluster;
    this.source = source;
    this.defaults = new DefaultServers(cluster);
  }

  void write() {
    closed();
    for (Listener listener : cluster.listeners().values()) {
      if (listener.redirectTo() != null) {
        redirect(listener, listener(listener.redirectTo()));
      }
    }
    for (int i = 0; i < cluster.routes().size(); i++) {
      route(cluster.routes().get(i), Pointer.of("routes").to(i));
    }
  }

  /** Closes the connection of whoever asks for a host that no route names. */
  private void closed() {
    if (defaults.closed().isEmpty()) {
      return;
    }
    out.blank();
    out.open(Pointer.NONE, "server");
    for (String listen : defaults.closed()) {
      out.directive(Pointer.NONE, "listen", listen, "default_server");
    }
    out.directive(Pointer.NONE, "server_name", "_");
    out.directive(Pointer.NONE, "return", "444");
    out.close(Pointer.NONE);
  }

  private void redirect(Listener from, Listener to) {
    List<String> sockets = defaults.owned(from, from);
    if (sockets.isEmpty()) {
      return;
    }
    Pointer origin = Pointer.of("listeners").to(from.name());
    out.blank();
    out.open(origin, "server");
    for (String listen : sockets) {
      out.directive(origin, "listen", listen, "default_server");
    }
    out.directive(origin, "server_name", "_");
    out.directive(origin.to("redirect_to"), "return", "301", base(to.port()) + "$request_uri");
    out.close(origin);
  }

  /** Where clients reach a port: every listener speaks HTTP, which implies port 80. */
  private static String base(int port) {
    return port == 80 ? "http://$host" : "http://$host:" + port;
  }

  private void route(Route route, Pointer origin) {
    Map<String, Pointer> sockets = sockets(route, origin.to("listeners"));
    if (sockets.isEmpty()) {
      return;
    }
    out.blank();
    out.open(origin, "server");
    boolean byDefault = route.hosts().isEmpty();
    sockets.forEach(
        (listen, at) -> {
          if (byDefault) {
            out.directive(at, "listen", listen, "default_server");
          } else {
            out.directive(at, "listen", listen);
          }
        });
    if (byDefault) {
      out.directive(origin, "server_name", "_");
    }
    for (int i = 0; i < route.hosts().size(); i++) {
      out.directive(origin.to("hosts").to(i), "server_name", route.hosts().get(i));
    }
    locations(route, origin);
    out.close(origin);
  }

  private Map<String, Pointer> sockets(Route route, Pointer origin) {
    Map<String, Pointer> sockets = new LinkedHashMap<>();
    for (int i = 0; i < route.listeners().size(); i++) {
      Listener listener = listener(route.listeners().get(i));
      List<String> listens =
          route.hosts().isEmpty()
              ? defaults.owned(listener, route)
              : ListenSocket.of(listener).stream().map(ListenSocket::listen).toList();
      for (String listen : listens) {
        sockets.putIfAbsent(listen, origin.to(i));
      }
    }
    return sockets;
  }

  private void locations(Route route, Pointer origin) {
    List<Locations.Location> locations = Locations.of(route.rules());
    for (Locations.Location location : locations) {
      out.blank();
      LocationBlock.write(
          out,
          rule(origin, location.rule()),
          location,
          route.rules().get(location.rule()),
          cluster.upstreams());
    }
    if (locations.stream().noneMatch(l -> !l.exact() && l.path().equals("/"))) {
      // Without it nginx would look for files.
      out.blank();
      out.open(Pointer.NONE, "location", "/");
      out.directive(Pointer.NONE, "return", "404");
      out.close(Pointer.NONE);
    }
  }

  /** A rule stands in a list, or alone in the route itself. */
  private Pointer rule(Pointer route, int index) {
    Pointer rules = route.to("rules");
    return source.positions().containsKey(rules.text()) ? rules.to(index) : route;
  }

  private Listener listener(String name) {
    return Objects.requireNonNull(cluster.listeners().get(name), name);
  }

  /** The hosts that any {@code server_name} names. */
  static List<String> names(Cluster cluster) {
    List<String> names = new ArrayList<>();
    cluster.routes().forEach(route -> names.addAll(route.hosts()));
    return names;
  }
}
