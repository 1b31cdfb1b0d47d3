package io.vipops.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernel settings that an interface with a virtual MAC needs, and the one below it
 * (networking/ip-sysctl). Those of the first go with it; the others go back to what they were.
 */
final class VirtualMacSettings {
  private static final Path ALL = Path.of("/proc/sys/net");

  /** Files below {@link #ALL} that are otherwise by us, and what they were. */
  private final Map<Path, String> before = new LinkedHashMap<>();

  void set(VirtualMacs.Wanted it) {
    String name = it.name();
    if (it.mac().ipv6()) {
      // No address but ours: a link-local one of the MAC would be on two nodes for a moment.
      put(conf("ipv6", name, "disable_ipv6"), "0");
      put(conf("ipv6", name, "addr_gen_mode"), "1");
      put(conf("ipv6", name, "accept_ra"), "0");
      put(conf("ipv6", name, "autoconf"), "0");
      copy("ipv6", "forwarding", it.parent(), name);
      return;
    }
    put(conf("ipv6", name, "disable_ipv6"), "1");
    copy("ipv4", "forwarding", it.parent(), name);
    // Each answers ARP for its own addresses alone, and the node asks in its own name.
    put(conf("ipv4", name, "arp_ignore"), "1");
    raise(conf("ipv4", it.parent(), "arp_ignore"), 1);
    raise(conf("ipv4", it.parent(), "arp_announce"), 2);
    // What comes in here is answered by way of the parent, even where "all" is strict.
    put(conf("ipv4", name, "rp_filter"), "2");
  }

  void restoreAllBut(List<VirtualMacs.Wanted> kept) {
    before
        .entrySet()
        .removeIf(
            it -> {
              Path folder = it.getKey().getParent();
              boolean needed =
                  kept.stream()
                      .filter(one -> !one.mac().ipv6())
                      .anyMatch(one -> conf("ipv4", one.parent(), "").equals(folder));
              if (!needed) {
                put(it.getKey(), it.getValue());
              }
              return !needed;
            });
  }

  private static Path conf(String family, String interfaceName, String key) {
    return ALL.resolve(family).resolve("conf").resolve(interfaceName).resolve(key);
  }

  private void raise(Path setting, int least) {
    String now = get(setting);
    if (now.matches("[0-9]") && Integer.parseInt(now) < least) {
      before.putIfAbsent(setting, now);
      put(setting, String.valueOf(least));
    }
  }

  private static void copy(String family, String key, String from, String to) {
    String value = get(conf(family, from, key));
    if (!value.isEmpty()) {
      put(conf(family, to, key), value);
    }
  }

  /** Empty: there is no such interface. */
  private static String get(Path setting) {
    try {
      return Files.readString(setting).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static void put(Path setting, String value) {
    try {
      if (!get(setting).equals(value)) {
        Files.writeString(setting, value + "\n");
      }
    } catch (IOException e) {
      // A read-only /proc/sys, as in many containers: it is as its owner wants it.
    }
  }
}
