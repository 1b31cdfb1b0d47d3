package io.vipops.engine;

import io.vipops.netlink.InterfaceAddress;
import io.vipops.netlink.Link;
import io.vipops.netlink.NetlinkMessage;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The host's interfaces and their addresses, as the kernel told them. */
final class HostTable {
  private record Key(int interfaceIndex, InetAddress address, int prefixLength) {}

  private final Map<Integer, Link> links = new HashMap<>();
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

  @Nullable Link link(String name) {
    for (Link link : links.values()) {
      if (link.name().equals(name)) {
        return link;
      }
    }
    return null;
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
   * What keeps a node from serving on an interface, in words; null: nothing.
   *
   * @param own the node's address
   */
  @Nullable String problem(String interfaceName, InetAddress own) {
    Link link = link(interfaceName);
    if (link == null) {
      return "interface " + interfaceName + " does not exist";
    }
    if (!link.isUp()) {
      return "interface " + interfaceName + " is down";
    }
    if (!link.hasCarrier()) {
      return "interface " + interfaceName + " has no carrier";
    }
    return has(link.index(), own)
        ? null
        : own.getHostAddress() + " is not on interface " + interfaceName;
  }
}
