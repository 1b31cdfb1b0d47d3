package io.vipops.engine;

import io.vipops.linux.Hearing;
import io.vipops.linux.SystemCallException;
import io.vipops.linux.VrrpSocket;
import io.vipops.netlink.Link;
import io.vipops.spec.Unicast;
import io.vipops.vrrp.Instance;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where virtual routers meet the LAN: one interface, the node's address on it of one family, and
 * the one socket that all of them share; those of unicast have a port of their own, which joins no
 * group.
 */
final class Port {
  /**
   * @param address the node's own; null over IPv6, where the interface's link-local address serves
   */
  record Key(String interfaceName, @Nullable InetAddress address, boolean unicast) {
    static Key of(Instance instance) {
      InetAddress address = instance.isIpv6() ? null : instance.address();
      return new Key(instance.interfaceName(), address, instance.isUnicast());
    }
  }

  private final Key key;
  private final SortedMap<Integer, LiveRouter> routers = new TreeMap<>();
  private final Supplier<Set<InetAddress>> virtualAddresses;
  private @Nullable VrrpSocket socket;

  /** Of unicast: hears what the other does not, to be counted. */
  private @Nullable VrrpSocket refused;

  private @Nullable InetAddress source;
  private int interfaceIndex;
  private byte[] hardwareAddress = {};
  private @Nullable String problem = "not opened yet";
  private int lost;

  /**
   * @param virtualAddresses of all routers of this host: no port may send from one
   */
  Port(Key key, Supplier<Set<InetAddress>> virtualAddresses) {
    this.key = key;
    this.virtualAddresses = virtualAddresses;
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

  boolean isIpv6() {
    return key.address == null;
  }

  /** Where adverts come from; null: the interface has no such address. */
  @Nullable InetAddress source() {
    return source;
  }

  byte[] hardwareAddress() {
    return hardwareAddress;
  }

  @Nullable VrrpSocket socket() {
    return socket;
  }

  /** What is from no peer, or has too low a TTL, comes here; null: nobody counts it. */
  @Nullable VrrpSocket refused() {
    return refused;
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
   * Looks at the host anew; opens the socket again where the interface or the address to send from
   * is another than before.
   *
   * @return whether {@link #problem}, {@link #source} or {@link #socket} changed
   */
  boolean refresh(HostTable host) {
    Link link = host.link(key.interfaceName);
    int index = link == null ? 0 : link.index();
    VrrpSocket socketBefore = socket;
    String problemBefore = problem;
    InetAddress from =
        isIpv6() ? host.linkLocal(index, source, virtualAddresses.get()) : key.address;
    boolean another = index != interfaceIndex || !Objects.equals(from, source);
    if (another) {
      close();
    }
    interfaceIndex = index;
    source = from;
    hardwareAddress = link == null ? new byte[0] : link.hardwareAddress();
    problem = host.problem(key.interfaceName, from);
    if (link != null && from != null && socket == null) {
      open(link, from);
    }
    return another || socket != socketBefore || !Objects.equals(problem, problemBefore);
  }

  /** Of all routers here. */
  Set<InetAddress> virtualAddresses() {
    Set<InetAddress> addresses = new HashSet<>();
    for (LiveRouter it : routers.values()) {
      it.instance().movedAddresses().forEach(vip -> addresses.add(vip.prefix().address()));
    }
    return addresses;
  }

  private void open(Link link, InetAddress from) {
    try {
      socket = VrrpSocket.open(link.name(), link.index(), from, hearing(false));
      lost = 0;
      if (key.unicast) {
        refused = VrrpSocket.open(link.name(), link.index(), from, hearing(true));
      }
    } catch (SystemCallException e) {
      close();
      // An address that is missing is better told by what was seen of the host.
      problem = problem == null ? String.valueOf(e.getMessage()) : problem;
    }
  }

  /** How many packets the socket lost since the last call, given its running count. */
  int newlyLost(int count) {
    int more = count - lost;
    lost = count;
    return Math.max(0, more);
  }

  /** The routers, or what they want to hear, are others than before. */
  void filter() throws SystemCallException {
    if (socket != null) {
      socket.filter(hearing(false));
    }
    if (refused != null) {
      refused.filter(hearing(true));
    }
  }

  /** What any of the routers wants to hear; each of them looks again. */
  private Hearing hearing(boolean instead) {
    Set<InetAddress> peers = new HashSet<>();
    int minTtl = Unicast.MIN_TTL;
    for (LiveRouter it : routers.values()) {
      Unicast unicast = it.instance().options().unicast();
      if (unicast != null) {
        peers.addAll(unicast.peers());
        minTtl = Math.min(minTtl, unicast.minTtl());
      }
    }
    return new Hearing(
        new TreeSet<>(routers.keySet()),
        key.unicast ? new Hearing.Peers(peers, minTtl, instead) : null);
  }

  void close() {
    if (refused != null) {
      refused.close();
      refused = null;
    }
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}
