package io.vipops.engine;

import io.vipops.netlink.InterfaceAddress;
import io.vipops.netlink.Link;
import io.vipops.netlink.NetlinkMessage;
import io.vipops.spec.Addresses;
import io.vipops.spec.Prefix;
import io.vipops.vrrp.Claim;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The host's interfaces and their addresses, as the kernel told them. */
final class HostTable {
  private record Key(int interfaceIndex, InetAddress address, int prefixLength) {}

  private final Map<Integer, Link> links = new HashMap<>();
  private boolean linksChanged;
  private final Map<Key, InterfaceAddress> addresses = new HashMap<>();

  /**
   * Takes one line of a dump or one notification.
   *
   * @return the address that it says is gone; empty: it says something else
   */
  Optional<InterfaceAddress> take(NetlinkMessage message) {
    Optional<Link> link = Link.decode(message);
    if (link.isPresent()) {
      Link it = link.get();
      linksChanged = true;
      if (message.type() == Link.DELETED) {
        links.remove(it.index());
      } else {
        links.put(it.index(), it);
      }
      return Optional.empty();
    }
    Optional<InterfaceAddress> address = InterfaceAddress.decode(message);
    if (address.isEmpty()) {
      return address;
    }
    InterfaceAddress it = address.get();
    Key key = new Key(it.interfaceIndex(), it.address(), it.prefixLength());
    if (message.type() == InterfaceAddress.DELETED) {
      addresses.remove(key);
      return address;
    }
    addresses.put(key, it);
    return Optional.empty();
  }

  /** Whether anything was said of an interface since the last call. */
  boolean linksChanged() {
    boolean changed = linksChanged;
    linksChanged = false;
    return changed;
  }

  List<Link> links() {
    return List.copyOf(links.values());
  }

  @Nullable Link link(String name) {
    for (Link link : links.values()) {
      if (link.name().equals(name)) {
        return link;
      }
    }
    return null;
  }

  @Nullable Link link(int interfaceIndex) {
    return links.get(interfaceIndex);
  }

  /** Whether an interface of this host has that MAC. */
  boolean isOwn(String hardwareAddress) {
    return links.values().stream()
        .anyMatch(it -> Claim.text(it.hardwareAddress()).equals(hardwareAddress));
  }

  /** What an interface is called; its number where there is none such. */
  String name(int interfaceIndex) {
    Link link = links.get(interfaceIndex);
    return link == null ? "interface " + interfaceIndex : link.name();
  }

  /** Every entry of one address on one interface: there may be several of other lengths. */
  List<InterfaceAddress> entries(int interfaceIndex, InetAddress address) {
    return addresses.values().stream()
        .filter(it -> it.interfaceIndex() == interfaceIndex && it.address().equals(address))
        .toList();
  }

  boolean has(int interfaceIndex, InetAddress address) {
    for (Key key : addresses.keySet()) {
      if (key.interfaceIndex == interfaceIndex && key.address.equals(address)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The link-local address that IPv6 adverts come from; null: none (yet). Where there are several,
   * the lowest, so that it is the same after a restart.
   *
   * @param present taken as long as it serves
   * @param virtual not ours to speak from, even where an earlier run left them
   */
  @Nullable InetAddress linkLocal(
      int interfaceIndex, @Nullable InetAddress present, Set<InetAddress> virtual) {
    InetAddress lowest = null;
    for (InterfaceAddress it : addresses.values()) {
      boolean usable =
          it.interfaceIndex() == interfaceIndex
              && Addresses.isLinkLocal(it.address())
              && !it.isTentative()
              && !it.isDeprecated()
              && !virtual.contains(it.address());
      if (usable && it.address().equals(present)) {
        return present;
      }
      if (usable
          && (lowest == null
              || Arrays.compareUnsigned(it.address().getAddress(), lowest.getAddress()) < 0)) {
        lowest = it.address();
      }
    }
    return lowest;
  }

  /** Whether there is or will be one, of the host's own. */
  boolean hasLinkLocal(int interfaceIndex, Set<InetAddress> virtual) {
    return addresses.keySet().stream()
        .anyMatch(
            it ->
                it.interfaceIndex == interfaceIndex
                    && Addresses.isLinkLocal(it.address)
                    && !virtual.contains(it.address));
  }

  /** Whether the host has an address of its own in a prefix, on one interface. */
  boolean hasOneIn(Prefix prefix, int interfaceIndex, Set<InetAddress> virtual) {
    return addresses.keySet().stream()
        .anyMatch(
            it ->
                it.interfaceIndex == interfaceIndex
                    && !virtual.contains(it.address)
                    && Vips.contains(prefix, it.address));
  }

  /**
   * What keeps a node from serving on an interface, in words; null: nothing.
   *
   * @param own the address that adverts come from; null: the interface has no such (IPv6)
   */
  @Nullable String problem(String interfaceName, @Nullable InetAddress own) {
    String down = linkProblem(interfaceName);
    Link link = link(interfaceName);
    if (down != null || link == null) {
      return down;
    }
    if (own == null) {
      return "interface " + interfaceName + " has no link-local IPv6 address to send from";
    }
    return has(link.index(), own)
        ? null
        : Addresses.text(own) + " is not on interface " + interfaceName;
  }

  /** What keeps an interface from carrying packets, in words that name it; null: nothing. */
  @Nullable String linkProblem(String interfaceName) {
    Link link = link(interfaceName);
    if (link == null) {
      return "interface " + interfaceName + " does not exist";
    }
    if (!link.isUp()) {
      return "interface " + interfaceName + " is down";
    }
    return link.hasCarrier() ? null : "interface " + interfaceName + " has no carrier";
  }
}
