package io.vipops.engine;

import io.vipops.linux.Errno;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.InterfaceAddress;
import io.vipops.netlink.Link;
import io.vipops.spec.Addresses;
import io.vipops.spec.Prefix;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.VirtualMac;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The virtual addresses that this node has on its interfaces: puts them there, renews their lease,
 * takes them off. What an earlier run left of them, under whatever prefix length or label, is ours.
 */
final class Vips {
  private record Key(int interfaceIndex, InetAddress address) {}

  private record Held(InterfaceAddress entry, LiveRouter holder, VirtualAddress vip) {}

  private final Rtnetlink kernel;

  /** Written by the loop; {@link #holds} reads it from elsewhere. */
  private final Map<Key, Held> held = new ConcurrentHashMap<>();

  /** Removals of ours whose notifications are still to come. */
  private final Set<InterfaceAddress> expected = new HashSet<>();

  /** Interfaces that have their virtual MAC by us. */
  private final Map<Integer, VirtualMac> roused = new HashMap<>();

  Vips(Rtnetlink kernel) {
    this.kernel = kernel;
  }

  /**
   * Puts an address on its interface, or renews it.
   *
   * @param lease zero: forever
   * @return null, or why not
   */
  @Nullable String hold(LiveRouter holder, VirtualAddress vip, Duration lease, HostTable host) {
    Key key = new Key(interfaceIndex(holder, vip, host), vip.prefix().address());
    Held before = held.get(key);
    // Not looked at again while it is held: the host's other addresses may come and go.
    int length =
        before != null && before.vip.equals(vip)
            ? before.entry.prefixLength()
            : length(holder, vip, key.interfaceIndex, host);
    InterfaceAddress wanted = entry(holder, vip, key, length, lease);
    if (before == null || !sameEntry(before.entry, wanted)) {
      List<InterfaceAddress> others =
          new ArrayList<>(host.entries(key.interfaceIndex, key.address));
      if (before != null) {
        others.add(before.entry);
      }
      // A label cannot be changed, another length would stay beside ours (IPv6: instead of it), and
      // an address that failed IPv6's search for duplicates stays failed: away with them.
      others.stream()
          .filter(it -> !sameEntry(it, wanted) || it.isTentative())
          .distinct()
          .forEach(this::delete);
    }
    String why = rouse(holder, key.interfaceIndex, host);
    why = why == null ? add(wanted) : why;
    if (why != null) {
      held.remove(key);
      return "cannot put " + vip.prefix() + " on " + interfaceName(holder, vip) + ": " + why;
    }
    held.put(key, new Held(wanted, holder, vip));
    leaveOtherInterfaces(holder, key);
    return null;
  }

  /** Has the interface with the virtual MAC, if it is that, take part. */
  private @Nullable String rouse(LiveRouter holder, int interfaceIndex, HostTable host) {
    Link link = virtualMac(holder, host);
    if (link == null || link.index() != interfaceIndex) {
      return null;
    }
    if (link.isUp() && roused.containsKey(interfaceIndex)) {
      return null;
    }
    VirtualMac mac = holder.instance().virtualMac();
    String why = order(() -> kernel.up(interfaceIndex, mac.bytes()));
    if (why == null) {
      roused.put(interfaceIndex, mac);
    }
    return why;
  }

  /**
   * Has the interface with the virtual MAC give that up while nobody here has its addresses (RFC
   * 9568 §6.4.2). Before they go: else the kernel would tell routers that IPv6 ones leave, from
   * that MAC, and switches would believe that it is here once more. Switching it off takes the
   * kernel long, which is for {@link VirtualMacs}.
   *
   * @param leaving what the router lets go of now
   */
  void rest(LiveRouter holder, List<VirtualAddress> leaving, HostTable host) {
    Link link = virtualMac(holder, host);
    if (link == null || !(link.isUp() || roused.containsKey(link.index()))) {
      return;
    }
    Set<InetAddress> gone = new HashSet<>();
    leaving.forEach(it -> gone.add(it.prefix().address()));
    boolean needed =
        held.entrySet().stream()
            .filter(it -> it.getKey().interfaceIndex == link.index())
            .anyMatch(it -> it.getValue().holder != holder || !gone.contains(it.getKey().address));
    if (!needed) {
      rest(link.index(), holder.instance().virtualMac());
    }
  }

  private void rest(int interfaceIndex, VirtualMac mac) {
    roused.remove(interfaceIndex);
    String unused = order(() -> kernel.hardwareAddress(interfaceIndex, mac.resting()));
  }

  private static @Nullable Link virtualMac(LiveRouter holder, HostTable host) {
    Instance it = holder.instance();
    return it.options().virtualMac() ? host.link(it.virtualMac().interfaceName()) : null;
  }

  /** Another interface is configured for it now. */
  private void leaveOtherInterfaces(LiveRouter holder, Key key) {
    for (Map.Entry<Key, Held> it : List.copyOf(held.entrySet())) {
      boolean same = it.getValue().holder == holder && it.getKey().address.equals(key.address);
      if (same && it.getKey().interfaceIndex != key.interfaceIndex) {
        held.remove(it.getKey());
        delete(it.getValue().entry);
      }
    }
  }

  /** The interface that an address belongs on. */
  static String interfaceName(LiveRouter holder, VirtualAddress vip) {
    return holder.instance().interfaceOf(vip);
  }

  /** 0: that interface does not exist. */
  static int interfaceIndex(LiveRouter holder, VirtualAddress vip, HostTable host) {
    String name = interfaceName(holder, vip);
    if (name.equals(holder.port().name())) {
      return holder.port().interfaceIndex();
    }
    Link link = host.link(name);
    return link == null ? 0 : link.index();
  }

  /**
   * Takes an address off, all of its entries; one that another router holds is left alone.
   *
   * @return whether there was something to take off
   */
  boolean release(LiveRouter holder, VirtualAddress vip, HostTable host) {
    Key key = new Key(interfaceIndex(holder, vip, host), vip.prefix().address());
    Held here = held.get(key);
    if (here != null && here.holder != holder) {
      return false;
    }
    Set<InterfaceAddress> entries = new HashSet<>();
    host.entries(key.interfaceIndex, key.address).forEach(it -> entries.add(lasting(it)));
    // The interface may have become another since, or be gone.
    for (Map.Entry<Key, Held> it : List.copyOf(held.entrySet())) {
      if (it.getValue().holder == holder && it.getKey().address.equals(key.address)) {
        held.remove(it.getKey());
        entries.add(lasting(it.getValue().entry));
      }
    }
    entries.forEach(this::delete);
    return !entries.isEmpty();
  }

  /** Takes off everything, whatever happens on the way. */
  void releaseAll() {
    Map.copyOf(roused).forEach(this::rest);
    for (Held it : List.copyOf(held.values())) {
      delete(it.entry);
    }
    held.clear();
  }

  /** Whether this is held on an interface: a link-local address may be on several. */
  boolean holds(int interfaceIndex, InetAddress address) {
    return held.containsKey(new Key(interfaceIndex, address));
  }

  /** Whether this is held by anybody here. From any thread. */
  boolean holds(InetAddress address) {
    return held.keySet().stream().anyMatch(key -> key.address.equals(address));
  }

  /**
   * An entry is gone from the host.
   *
   * @return who held it; null: nobody, or it went by our own hand
   */
  @Nullable LiveRouter removed(InterfaceAddress gone) {
    if (expected.remove(lasting(gone))) {
      return null;
    }
    Key key = new Key(gone.interfaceIndex(), gone.address());
    Held it = held.get(key);
    if (it == null || !sameEntry(it.entry, gone)) {
      return null;
    }
    held.remove(key);
    return it.holder;
  }

  /** After notifications were lost: what of ours is not in {@code host} any more. */
  List<InterfaceAddress> missing(HostTable host) {
    expected.clear();
    return held.values().stream()
        .map(Held::entry)
        .filter(it -> !host.has(it.interfaceIndex(), it.address()))
        .toList();
  }

  private interface Order {
    int run() throws SystemCallException;
  }

  private @Nullable String add(InterfaceAddress wanted) {
    return order(() -> kernel.add(wanted));
  }

  private static @Nullable String order(Order order) {
    try {
      int errno = order.run();
      return errno == 0 ? null : Errno.text(errno);
    } catch (SystemCallException e) {
      return e.getMessage();
    }
  }

  private void delete(InterfaceAddress entry) {
    try {
      if (kernel.delete(entry) == 0) {
        expected.add(lasting(entry));
      }
    } catch (SystemCallException e) {
      // No answer: the lease takes it off instead.
    }
  }

  private static InterfaceAddress entry(
      LiveRouter holder, VirtualAddress vip, Key key, int length, Duration lease) {
    boolean ipv6 = key.address instanceof Inet6Address;
    String label = vip.label() != null ? vip.label() : interfaceName(holder, vip);
    int seconds = lease.isZero() ? InterfaceAddress.FOREVER : (int) lease.toSeconds();
    return new InterfaceAddress(
        key.interfaceIndex,
        key.address,
        length,
        ipv6 ? null : label, // the kernel keeps labels for IPv4 only
        seconds,
        ipv6 ? scopeOf(key.address) : number(vip.scope()),
        0);
  }

  private static int number(VirtualAddress.Scope scope) {
    return switch (scope) {
      case GLOBAL -> InterfaceAddress.GLOBAL;
      case LINK -> InterfaceAddress.LINK;
      case HOST -> InterfaceAddress.HOST;
    };
  }

  /** IPv6 has no choice (RFC 4007 §4). */
  private static int scopeOf(InetAddress ipv6) {
    return ipv6.isLinkLocalAddress() ? InterfaceAddress.LINK : InterfaceAddress.GLOBAL;
  }

  /**
   * As {@link #length(Prefix, InetAddress)}. What else the host has in the VIP's prefix, such as
   * its address on another interface or its IPv6 addresses, stands in no spec: that counts as the
   * node's address does.
   */
  private static int length(
      LiveRouter holder, VirtualAddress vip, int interfaceIndex, HostTable host) {
    Set<InetAddress> virtual = new HashSet<>(holder.port().virtualAddresses());
    holder.instance().movedAddresses().forEach(it -> virtual.add(it.prefix().address()));
    // One with a virtual MAC has none of them: routes to the others are to stay the parent's, but
    // for link-local ones, which are of one interface alone.
    Link link = virtualMac(holder, host);
    boolean linkLocal = Addresses.isLinkLocal(vip.prefix().address());
    int where =
        link != null && link.index() == interfaceIndex && !linkLocal
            ? link.parent()
            : interfaceIndex;
    return host.hasOneIn(vip.prefix(), where, virtual)
        ? vip.prefix().address().getAddress().length * 8
        : length(vip.prefix(), holder.instance().address());
  }

  /**
   * The length that a VIP is put on with. Under a lease a shorter prefix than /32 is a danger: as
   * the subnet's first address it would take the node's own along when it expires. Inside the
   * node's subnet /32 needs no route of its own.
   */
  static int length(Prefix vip, InetAddress node) {
    return contains(vip, node) ? vip.address().getAddress().length * 8 : vip.length();
  }

  /** Whether an address lies in a prefix. */
  static boolean contains(Prefix prefix, InetAddress address) {
    byte[] net = prefix.address().getAddress();
    byte[] it = address.getAddress();
    if (net.length != it.length) {
      return false;
    }
    for (int bit = 0; bit < prefix.length(); bit++) {
      int mask = 0x80 >> (bit % 8);
      if (((net[bit / 8] ^ it[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameEntry(InterfaceAddress a, InterfaceAddress b) {
    return a.interfaceIndex() == b.interfaceIndex()
        && a.address().equals(b.address())
        && a.prefixLength() == b.prefixLength()
        && a.scope() == b.scope()
        && Objects.equals(a.label(), b.label());
  }

  /** The same without its lifetime, which changes by the second. */
  private static InterfaceAddress lasting(InterfaceAddress it) {
    return new InterfaceAddress(
        it.interfaceIndex(),
        it.address(),
        it.prefixLength(),
        it.label(),
        InterfaceAddress.FOREVER,
        it.scope(),
        0);
  }
}
