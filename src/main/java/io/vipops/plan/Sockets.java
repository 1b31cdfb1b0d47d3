package io.vipops.plan;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sockets that nginx binds for a rendered configuration. */
final class Sockets {
  private static final Pattern LISTEN =
      Pattern.compile("(?m)^\\s*listen (\\S+:\\d+)((?: [^;]*)?);");

  private Sockets() {}

  /**
   * Addresses with port, {@code udp} behind those that are. nginx binds a wildcard alone where it
   * listens on it and on addresses of the same port.
   */
  static Set<String> bound(String conf) {
    TreeSet<String> named = new TreeSet<>();
    Matcher listen = LISTEN.matcher(conf);
    while (listen.find()) {
      boolean udp = List.of(listen.group(2).split(" ", -1)).contains("udp");
      named.add(listen.group(1) + (udp ? " udp" : ""));
    }
    TreeSet<String> bound = new TreeSet<>();
    for (String socket : named) {
      String wildcard = (socket.startsWith("[") ? "[::]" : "0.0.0.0") + port(socket);
      if (socket.equals(wildcard) || !named.contains(wildcard)) {
        bound.add(socket);
      }
    }
    return bound;
  }

  private static String port(String socket) {
    return socket.substring(socket.lastIndexOf(':'));
  }
}
