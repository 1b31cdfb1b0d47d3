package io.vipops.engine;

import io.vipops.linux.SystemCallException;
import io.vipops.linux.VrrpSocket;
import io.vipops.netlink.Link;
import java.net.Inet4Address;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where virtual routers meet the LAN: one interface, the node's address on it, and the one socket
 * that all of them share.
 */
final class Port {
  record Key(String interfaceName, Inet4Address address) {}

  private final Key key;
  private final SortedMap<Integer, LiveRouter> routers = new TreeMap<>();
  private @Nullable VrrpSocket socket;
  private int interfaceIndex;
  private byte[] hardwareAddress = {};
  private @Nullable String problem = "not opened yet";
  private int lost;

  Port(Key key) {
    this.key = key;
  }

  Key key() {
    return key;
  }

  /** The interface's name. */
  String name() {
    return key.interfaceName;
  }

  /** 0: the interface does not exist. */
  int interfaceIndex() {
    return interfaceIndex;
  }

  byte[] hardwareAddress() {
    return hardwareAddress;
  }

  @Nullable VrrpSocket socket() {
    return socket;
  }

  /** Why nobody can serve here; null: one can. */
  @Nullable String problem() {
    return problem;
  }

  Collection<LiveRouter> routers() {
    return List.copyOf(routers.values());
  }

  @Nullable LiveRouter router(int virtualRouterId) {
    return routers.get(virtualRouterId);
  }

  void add(LiveRouter router) throws SystemCallException {
    routers.put(router.instance().virtualRouterId(), router);
    filter();
  }

  void remove(LiveRouter router) throws SystemCallException {
    routers.remove(router.instance().virtualRouterId(), router);
    filter();
  }

  boolean isUnused() {
    return routers.isEmpty();
  }

  /**
   * Looks at the host anew; opens the socket again where the interface is another than before.
   *
   * @return whether {@link #problem} or {@link #socket} changed
   */
  boolean refresh(HostTable host) {
    Link link = host.link(key.interfaceName);
    int index = link == null ? 0 : link.index();
    VrrpSocket socketBefore = socket;
    String problemBefore = problem;
    if (index != interfaceIndex) {
      close();
    }
    interfaceIndex = index;
    hardwareAddress = link == null ? new byte[0] : link.hardwareAddress();
    problem = host.problem(key.interfaceName, key.address);
    if (link != null && socket == null) {
      open(link);
    }
    return socket != socketBefore || !Objects.equals(problem, problemBefore);
  }

  private void open(Link link) {
    try {
      socket = VrrpSocket.open(link.name(), link.index(), key.address, ids());
      lost = 0;
    } catch (SystemCallException e) {
      problem = String.valueOf(e.getMessage());
    }
  }

  /** How many packets the socket lost since the last call, given its running count. */
  int newlyLost(int count) {
    int more = count - lost;
    lost = count;
    return Math.max(0, more);
  }

  private void filter() throws SystemCallException {
    if (socket != null) {
      socket.filter(ids());
    }
  }

  private SortedSet<Integer> ids() {
    return new TreeSet<>(routers.keySet());
  }

  void close() {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}
