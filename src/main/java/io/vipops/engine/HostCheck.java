package io.vipops.engine;

import io.vipops.linux.SystemCallException;
import io.vipops.netlink.Link;
import io.vipops.vrrp.AdvertCodec;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Instance;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;

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
    return lines;
  }

  /** A cable that is out is no reason to refuse a commit: it will be in again. */
  private static void check(Instance it, HostTable host, List<String> lines) {
    String who = "instance " + it.name() + ": ";
    Link link = host.link(it.interfaceName());
    if (link == null) {
      lines.add(who + "interface " + it.interfaceName() + " does not exist on this host");
    } else if (!host.has(link.index(), it.address())) {
      lines.add(who + it.address().getHostAddress() + " is not on interface " + it.interfaceName());
    }
    try {
      requireSendable(Secrets.resolve(it));
    } catch (EngineException e) {
      lines.add(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Whether an instance can be put into packets at all.
   *
   * @throws EngineException when not
   */
  static Configured requireSendable(Configured configured) {
    Instance it = configured.run();
    if (!(it.address() instanceof Inet4Address)) {
      throw new EngineException("instance " + it.name() + ": IPv6 is not supported yet");
    }
    try {
      var unused =
          AdvertCodec.encode(
              it, it.priority(), it.advertInterval(), Checksum.PSEUDO_HEADER, LiveRouter.GROUP);
      return configured;
    } catch (IllegalArgumentException e) {
      throw new EngineException("instance " + it.name() + ": " + e.getMessage());
    }
  }
}
