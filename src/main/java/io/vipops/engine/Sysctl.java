package io.vipops.engine;

import io.vipops.vrrp.Instance;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code promote_secondaries} of the interfaces that need it for a leased VIP. Without it, a first
 * address of a subnet takes every later one along when it goes. Set before such a VIP comes, back
 * to what it was once the last one has gone. Not on the loop's thread.
 */
final class Sysctl {
  private static final Path ALL = Path.of("/proc/sys/net/ipv4/conf");
  private static final Path IPV6 = Path.of("/proc/sys/net/ipv6/conf");
  private static final int ADDRESS_BITS = 32;

  private Set<String> wanted = Set.of();

  /** Interfaces where it was off, and is on by us. */
  private final Set<String> changed = new HashSet<>();

  /** Sets it where {@code instances} need it, and takes nothing back yet. */
  synchronized Set<String> prepare(Collection<Instance> instances) {
    wanted = instances.stream().flatMap(it -> needing(it)).collect(Collectors.toUnmodifiableSet());
    for (String name : wanted) {
      if (write(name, "0", "1")) {
        changed.add(name);
      }
    }
    return wanted;
  }

  /**
   * The VIPs that {@code prepared} was for are all that is left.
   *
   * @param prepared of {@link #prepare}; an earlier one than the last does nothing
   */
  @SuppressWarnings("ReferenceEquality") // the same call, not the same names
  synchronized void settle(Set<String> prepared) {
    if (prepared == wanted) {
      restoreAllBut(prepared);
    }
  }

  /** No VIP is left. */
  synchronized void restore() {
    restoreAllBut(Set.of());
  }

  private void restoreAllBut(Set<String> kept) {
    for (String name : List.copyOf(changed)) {
      if (!kept.contains(name)) {
        var unused = write(name, "1", "0"); // or somebody did before us
        changed.remove(name);
      }
    }
  }

  /**
   * Whether an interface forwards IPv6, so that this host is a router there. On any thread: the
   * kernel answers from memory.
   */
  static boolean forwardsIpv6(String interfaceName) {
    Path setting = IPV6.resolve(interfaceName).resolve("forwarding").normalize();
    try {
      return setting.startsWith(IPV6) && !Files.readString(setting).strip().equals("0");
    } catch (IOException e) {
      return false; // gone with its interface
    }
  }

  /** Where a VIP lies with more than itself: a /32 is nobody's first address. */
  private static Stream<String> needing(Instance it) {
    return it.movedAddresses().stream()
        .filter(vip -> vip.prefix().address() instanceof Inet4Address)
        .filter(vip -> Vips.length(vip.prefix(), it.address()) < ADDRESS_BITS)
        .map(it::interfaceOf);
  }

  /** Whether it was {@code from} and is {@code to} now. An interface that is not there: no. */
  private static boolean write(String interfaceName, String from, String to) {
    Path setting = ALL.resolve(interfaceName).resolve("promote_secondaries").normalize();
    try {
      if (setting.startsWith(ALL)
          && Files.exists(setting)
          && Files.readString(setting).strip().equals(from)) {
        Files.writeString(setting, to + "\n");
        return true;
      }
    } catch (IOException e) {
      // A read-only /proc/sys, as in many containers: it is as its owner wants it.
    }
    return false;
  }
}
