package io.vipops.engine;

import static java.util.stream.Collectors.toSet;

import io.vipops.linux.Errno;
import io.vipops.linux.Hearing;
import io.vipops.linux.SystemCallException;
import io.vipops.linux.VrrpSocket;
import io.vipops.netlink.AcceptTable;
import io.vipops.netlink.InterfaceAddress;
import io.vipops.netlink.Link;
import io.vipops.spec.Prefix;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.AdvertCodec;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Instance;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Virtual addresses that an engine left on this host when it died. Their lease would end them too,
 * but a Backup waits for no longer than it must once it is told. With them goes what was there for
 * their sake.
 */
public final class LeftAddresses {
  private LeftAddresses() {}

  /**
   * Says priority 0 for each instance whose address is still here, then takes it off, whatever its
   * prefix length, label or lifetime. The node's own address is never touched. Nobody may run an
   * engine here meanwhile.
   *
   * @param instances may be of several generations, and have addresses in common
   * @param checksums what was learned of the peers, by {@link InstanceStatus#router}
   * @return a line for each address that was removed, or could not be
   * @throws EngineException when this process may not (CAP_NET_ADMIN)
   */
  public static List<String> remove(List<Instance> instances, Map<String, Checksum> checksums) {
    List<String> lines = new ArrayList<>();
    try (Rtnetlink kernel = new Rtnetlink();
        SocketEnder sockets = new SocketEnder(address -> false)) {
      HostTable host = kernel.dump();
      Set<InetAddress> own = instances.stream().map(Instance::address).collect(toSet());
      Set<InterfaceAddress> taken = new HashSet<>();
      for (Instance it : instances) {
        Link link = host.link(it.interfaceName());
        List<InterfaceAddress> left =
            left(it, link, host, own).stream().filter(taken::add).toList();
        if (link != null && !left.isEmpty()) {
          resign(it, link, host, checksums.get(InstanceStatus.router(it)), lines);
        }
        for (InterfaceAddress entry : left) {
          int errno = kernel.delete(entry);
          String what = new Prefix(entry.address(), entry.prefixLength()).toString();
          lines.add(
              errno == 0
                  ? "removed " + what + " from " + host.name(entry.interfaceIndex())
                  : "cannot remove "
                      + what
                      + " from "
                      + host.name(entry.interfaceIndex())
                      + ": "
                      + Errno.text(errno));
          sockets.end(entry.address());
        }
      }
      removeTable(instances, lines);
      lines.addAll(VirtualMacs.removeLeft(kernel, host));
      return lines;
    } catch (SystemCallException e) {
      throw new EngineException("cannot look at this host's addresses: " + e.getMessage());
    }
  }

  /** Last: until here it kept what was sent to those addresses from this host. */
  private static void removeTable(List<Instance> instances, List<String> lines) {
    if (instances.stream().allMatch(it -> it.options().accept())) {
      return;
    }
    try {
      if (AcceptMode.removeLeft()) {
        lines.add("removed " + AcceptTable.NAME);
      }
    } catch (SystemCallException e) {
      lines.add("cannot remove " + e.getMessage());
    }
  }

  private static List<InterfaceAddress> left(
      Instance it, @Nullable Link link, HostTable host, Set<InetAddress> own) {
    List<InterfaceAddress> left = new ArrayList<>();
    for (VirtualAddress vip : it.movedAddresses()) {
      String on = it.interfaceOf(vip);
      Link of = on.equals(it.interfaceName()) ? link : host.link(on);
      if (of != null && !own.contains(vip.prefix().address())) {
        left.addAll(host.entries(of.index(), vip.prefix().address()));
      }
    }
    return left;
  }

  /** Only what was held is resigned: an Active peer would answer each 0 with an advert. */
  private static void resign(
      Instance it, Link link, HostTable host, @Nullable Checksum learned, List<String> lines) {
    try {
      Instance run = HostCheck.requireSendable(Secrets.resolve(it)).run();
      InetAddress own = source(it, link, host);
      Checksum form = new ChecksumChoice(run, learned).form();
      Hearing nobody =
          new Hearing(
              new TreeSet<>(), run.isUnicast() ? new Hearing.Peers(Set.of(), 255, false) : null);
      try (VrrpSocket socket = VrrpSocket.open(link.name(), link.index(), own, nobody)) {
        Function<InetAddress, byte[]> resignation =
            to -> AdvertCodec.encode(run, 0, run.advertInterval(), form, own, to);
        socket.send(
            AdvertCodec.destinations(run, own).stream()
                .map(to -> new VrrpSocket.Packet(resignation.apply(to), to))
                .toList());
      }
    } catch (EngineException | SystemCallException e) {
      // The address matters more; the peer finds out by silence.
      lines.add("instance " + it.name() + ": priority 0 not sent: " + e.getMessage());
    }
  }

  private static InetAddress source(Instance it, Link link, HostTable host) {
    if (!it.isIpv6()) {
      return it.address();
    }
    Set<InetAddress> virtual =
        it.movedAddresses().stream().map(vip -> vip.prefix().address()).collect(toSet());
    InetAddress source = host.linkLocal(link.index(), null, virtual);
    if (source == null) {
      throw new EngineException(link.name() + " has no link-local IPv6 address to send from");
    }
    return source;
  }
}
