package io.vipops.render;

import io.vipops.spec.Listener;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * What a {@code listen} directive names.
 *
 * @param listen as nginx writes it, e.g. {@code 0.0.0.0:80} or {@code 10.0.0.50:80}
 * @param wildcard of the same family and port. nginx binds only that one where it exists, so that a
 *     VIP need not be on the host and can come and go by reload.
 */
record ListenSocket(String listen, String wildcard) {

  /** Where {@code listener} listens: its addresses, or all of IPv4. */
  static List<ListenSocket> of(Listener listener) {
    int port = listener.port();
    if (listener.addresses().isEmpty()) {
      String all = "0.0.0.0:" + port;
      return List.of(new ListenSocket(all, all));
    }
    return listener.addresses().stream().distinct().map(a -> of(a, port)).toList();
  }

  private static ListenSocket of(InetAddress address, int port) {
    String wildcard = (address instanceof Inet6Address ? "[::]:" : "0.0.0.0:") + port;
    return new ListenSocket(NginxText.socket(address, port), wildcard);
  }
}
