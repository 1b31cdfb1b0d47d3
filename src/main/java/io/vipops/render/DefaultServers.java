package io.vipops.render;

import io.vipops.spec.Cluster;
import io.vipops.spec.Listener;
import io.vipops.spec.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Which server answers unknown hosts on each socket: the listener's route without hosts, else its
 * redirect, else one that closes the connection (444). nginx takes exactly one per socket.
 */
final class DefaultServers {
  private final Map<String, Object> owners = new HashMap<>();
  private final TreeSet<String> closed = new TreeSet<>();

  DefaultServers(Cluster cluster) {
    for (Route route : cluster.routes()) {
      if (route.hosts().isEmpty()) {
        route.listeners().forEach(name -> claim(listener(cluster, name), route));
      }
    }
    for (Listener listener : cluster.listeners().values()) {
      if (listener.redirectTo() != null) {
        claim(listener, listener);
      }
    }
    for (Listener listener : cluster.listeners().values()) {
      for (ListenSocket socket : ListenSocket.of(listener)) {
        closeUnlessOwned(socket.listen());
        closeUnlessOwned(socket.wildcard());
      }
    }
  }

  /** The sockets of {@code listener} on which {@code owner} answers unknown hosts. */
  List<String> owned(Listener listener, Object owner) {
    return ListenSocket.of(listener).stream()
        .map(ListenSocket::listen)
        .filter(listen -> owners.get(listen) == owner)
        .toList();
  }

  /** The sockets on which unknown hosts find the connection closed, sorted. */
  List<String> closed() {
    return List.copyOf(closed);
  }

  private static Listener listener(Cluster cluster, String name) {
    return Objects.requireNonNull(cluster.listeners().get(name), name);
  }

  private void claim(Listener listener, Object owner) {
    for (ListenSocket socket : ListenSocket.of(listener)) {
      owners.putIfAbsent(socket.listen(), owner);
    }
  }

  private void closeUnlessOwned(String listen) {
    if (!owners.containsKey(listen)) {
      closed.add(listen);
    }
  }
}
