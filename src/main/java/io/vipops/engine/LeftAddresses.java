package io.vipops.engine;

import static java.util.stream.Collectors.toSet;

import io.vipops.linux.Errno;
import io.vipops.linux.SystemCallException;
import io.vipops.linux.VrrpSocket;
import io.vipops.netlink.InterfaceAddress;
import io.vipops.netlink.Link;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.AdvertCodec;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Instance;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Virtual addresses that an engine left on this host when it died. Their lease would end them too,
 * but a Backup waits for no longer than it must once it is told.
 */
public final class LeftAddresses {
  private LeftAddresses() {}

  /**
   * Says priority 0 for each instance whose address is still here, then takes it off, whatever its
   * prefix length, label or lifetime. The node's own address is never touched. Nobody may run an
   * engine here meanwhile.
   *
   * @param instances may be of several generations, and have addresses in common
   * @return a line for each address that was removed, or could not be
   * @throws EngineException when this process may not (CAP_NET_ADMIN)
   */
  public static List<String> remove(List<Instance> instances) {
    List<String> lines = new ArrayList<>();
    try (Rtnetlink kernel = new Rtnetlink();
        SocketEnder sockets = new SocketEnder(address -> false)) {
      HostTable host = kernel.dump();
      Set<InetAddress> own = instances.stream().map(Instance::address).collect(toSet());
      Set<InterfaceAddress> taken = new HashSet<>();
      for (Instance it : instances) {
        Link link = host.link(it.interfaceName());
        List<InterfaceAddress> left = link == null ? List.of() : left(it, link, host, own);
        left = left.stream().filter(taken::add).toList();
        if (link == null || left.isEmpty()) {
          continue;
        }
        resign(it, link, lines);
        for (InterfaceAddress entry : left) {
          int errno = kernel.delete(entry);
          String what = entry.address().getHostAddress() + "/" + entry.prefixLength();
          lines.add(
              errno == 0
                  ? "removed " + what + " from " + link.name()
                  : "cannot remove " + what + " from " + link.name() + ": " + Errno.text(errno));
          sockets.end(entry.address());
        }
      }
      return lines;
    } catch (SystemCallException e) {
      throw new EngineException("cannot look at this host's addresses: " + e.getMessage());
    }
  }

  private static List<InterfaceAddress> left(
      Instance it, Link link, HostTable host, Set<InetAddress> own) {
    List<InterfaceAddress> left = new ArrayList<>();
    for (VirtualAddress vip : it.virtualAddresses()) {
      if (!own.contains(vip.prefix().address())) {
        left.addAll(host.entries(link.index(), vip.prefix().address()));
      }
    }
    return left;
  }

  /** Only what was held is resigned: an Active peer would answer each 0 with an advert. */
  private static void resign(Instance it, Link link, List<String> lines) {
    if (!(it.address() instanceof Inet4Address own)) {
      return;
    }
    try {
      Instance run = HostCheck.requireSendable(Secrets.resolve(it)).run();
      try (VrrpSocket socket = VrrpSocket.open(link.name(), link.index(), own, new TreeSet<>())) {
        socket.send(
            AdvertCodec.encode(
                run, 0, run.advertInterval(), Checksum.PSEUDO_HEADER, LiveRouter.GROUP));
      }
    } catch (EngineException | SystemCallException e) {
      // The address matters more; the peer finds out by silence.
      lines.add("instance " + it.name() + ": priority 0 not sent: " + e.getMessage());
    }
  }
}
