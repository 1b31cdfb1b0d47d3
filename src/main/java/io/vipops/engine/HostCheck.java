package io.vipops.engine;

import static java.util.stream.Collectors.toSet;

import io.vipops.linux.SystemCallException;
import io.vipops.netlink.Link;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.AdvertCodec;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Instance;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether this host can run a configuration; on the caller's thread. */
final class HostCheck {
  private HostCheck() {}

  static List<String> problems(List<Instance> instances) {
    List<String> lines = new ArrayList<>();
    try (Rtnetlink kernel = new Rtnetlink()) {
      HostTable host = kernel.dump();
      for (Instance it : instances) {
        check(it, host, lines);
      }
    } catch (SystemCallException e) {
      lines.add("cannot look at this host's interfaces: " + e.getMessage());
    }
    String problem = AcceptMode.problem(instances);
    if (problem != null) {
      lines.add(problem);
    }
    return lines;
  }

  /** A cable that is out is no reason to refuse a commit: it will be in again. */
  private static void check(Instance it, HostTable host, List<String> lines) {
    String who = "instance " + it.name() + ": ";
    Link link = host.link(it.interfaceName());
    if (link == null) {
      lines.add(who + "interface " + it.interfaceName() + " does not exist on this host");
    } else if (it.isIpv6()) {
      checkIpv6(it, link, host, who, lines);
    } else if (!host.has(link.index(), it.address())) {
      lines.add(who + it.address().getHostAddress() + " is not on interface " + it.interfaceName());
    }
    String taken = VirtualMacs.taken(it, host);
    if (taken != null) {
      lines.add(taken);
    }
    for (VirtualAddress vip : it.movedAddresses()) {
      String name = vip.interfaceName();
      if (name != null && host.link(name) == null) {
        lines.add(
            who + "interface " + name + " of " + vip.prefix() + " does not exist on this host");
      }
    }
    try {
      requireSendable(Secrets.resolve(it));
    } catch (EngineException e) {
      lines.add(String.valueOf(e.getMessage()));
    }
  }

  /** An address that is still tentative will serve soon. */
  private static void checkIpv6(
      Instance it, Link link, HostTable host, String who, List<String> lines) {
    Set<InetAddress> virtual =
        it.movedAddresses().stream().map(vip -> vip.prefix().address()).collect(toSet());
    if (!host.hasLinkLocal(link.index(), virtual)) {
      lines.add(
          who
              + "interface "
              + link.name()
              + " has no link-local IPv6 address to send from: see net.ipv6.conf."
              + link.name()
              + ".disable_ipv6 and addr_gen_mode");
    }
  }

  /**
   * Whether an instance can be put into packets at all.
   *
   * @throws EngineException when not
   */
  static Configured requireSendable(Configured configured) {
    Instance it = configured.run();
    if (!it.isIpv6() && !(it.address() instanceof Inet4Address)) {
      throw new EngineException(
          "instance " + it.name() + ": a node without an IPv4 address sends no IPv4 adverts");
    }
    try {
      // Only whether it fits: of where it goes nothing but the family counts.
      InetAddress source = it.isIpv6() ? AdvertCodec.group(true) : it.address();
      var unused =
          AdvertCodec.encode(
              it,
              it.priority(),
              it.advertInterval(),
              Checksum.PSEUDO_HEADER,
              source,
              AdvertCodec.group(it.isIpv6()));
      return configured;
    } catch (IllegalArgumentException e) {
      throw new EngineException("instance " + it.name() + ": " + e.getMessage());
    }
  }
}
