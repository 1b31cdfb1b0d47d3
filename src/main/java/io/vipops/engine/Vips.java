package io.vipops.engine;

import io.vipops.linux.Errno;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.InterfaceAddress;
import io.vipops.spec.Prefix;
import io.vipops.spec.VirtualAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
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

  private record Held(InterfaceAddress entry, LiveRouter holder) {}

  private final Rtnetlink kernel;

  /** Written by the loop; {@link #holds} reads it from elsewhere. */
  private final Map<Key, Held> held = new ConcurrentHashMap<>();

  /** Removals of ours whose notifications are still to come. */
  private final Set<InterfaceAddress> expected = new HashSet<>();

  Vips(Rtnetlink kernel) {
    this.kernel = kernel;
  }

  /**
   * Puts an address on the holder's interface, or renews it.
   *
   * @param lease zero: forever
   * @return null, or why not
   */
  @Nullable String hold(LiveRouter holder, VirtualAddress vip, Duration lease, HostTable host) {
    InterfaceAddress wanted = entry(holder, vip, lease);
    Key key = new Key(wanted.interfaceIndex(), wanted.address());
    Held before = held.get(key);
    if (before == null || !sameEntry(before.entry, wanted)) {
      List<InterfaceAddress> others =
          new ArrayList<>(host.entries(key.interfaceIndex, key.address));
      if (before != null) {
        others.add(before.entry);
      }
      // A label cannot be changed, and another length would stay beside ours: away with them.
      others.stream().filter(it -> !sameEntry(it, wanted)).distinct().forEach(this::delete);
    }
    String why = add(wanted);
    if (why != null) {
      held.remove(key);
      return "cannot put " + vip.prefix() + " on " + holder.instance().interfaceName() + ": " + why;
    }
    held.put(key, new Held(wanted, holder));
    return null;
  }

  /**
   * Takes an address off, all of its entries; one that another router holds is left alone.
   *
   * @return whether there was something to take off
   */
  boolean release(LiveRouter holder, VirtualAddress vip, HostTable host) {
    Key key = new Key(holder.port().interfaceIndex(), vip.prefix().address());
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
    for (Held it : List.copyOf(held.values())) {
      delete(it.entry);
    }
    held.clear();
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

  private @Nullable String add(InterfaceAddress wanted) {
    try {
      int errno = kernel.add(wanted);
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

  private static InterfaceAddress entry(LiveRouter holder, VirtualAddress vip, Duration lease) {
    Prefix prefix = vip.prefix();
    int length = length(prefix, holder.instance().address());
    String label = vip.label() != null ? vip.label() : holder.instance().interfaceName();
    int seconds = lease.isZero() ? InterfaceAddress.FOREVER : (int) lease.toSeconds();
    return new InterfaceAddress(
        holder.port().interfaceIndex(), prefix.address(), length, label, seconds);
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
        && Objects.equals(a.label(), b.label());
  }

  /** The same without its lifetime, which changes by the second. */
  private static InterfaceAddress lasting(InterfaceAddress it) {
    return new InterfaceAddress(
        it.interfaceIndex(), it.address(), it.prefixLength(), it.label(), InterfaceAddress.FOREVER);
  }
}
