package io.vipops.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Kernel settings that an interface with a virtual MAC needs, and the one below it
 * (networking/ip-sysctl). Those of the first go with it; the others go back to what they were.
 */
final class VirtualMacSettings {
  private static final Path ALL = Path.of("/proc/sys/net");

  /** Files below {@link #ALL} that are otherwise by us, and what they were. */
  private final Map<Path, String> before = new LinkedHashMap<>();

  /** Returns what could not be set, in words; null: nothing. */
  @Nullable String set(VirtualMacs.Wanted it) {
    String name = it.name();
    List<Path> refused = new ArrayList<>();
    if (it.mac().ipv6()) {
      // No address but ours: one made of the MAC would be on two nodes.
      put(conf("ipv6", name, "disable_ipv6"), "0", refused);
      put(conf("ipv6", name, "addr_gen_mode"), "1", refused);
      put(conf("ipv6", name, "accept_ra"), "0", refused);
      put(conf("ipv6", name, "autoconf"), "0", refused);
      copy("ipv6", it, refused);
    } else {
      put(conf("ipv6", name, "disable_ipv6"), "1", refused);
      copy("ipv4", it, refused);
      // Each answers ARP for its own addresses alone, and the node asks in its own name.
      put(conf("ipv4", name, "arp_ignore"), "1", refused);
      put(conf("ipv4", name, "arp_announce"), "2", refused);
      raise(conf("ipv4", it.parent(), "arp_ignore"), 1, refused);
      raise(conf("ipv4", it.parent(), "arp_announce"), 2, refused);
      // What comes in here is answered by way of the parent, even where "all" is strict.
      put(conf("ipv4", name, "rp_filter"), "2", refused);
    }
    return refused.isEmpty()
        ? null
        : "not permitted to set "
            + refused.get(0)
            + ": neighbours may see another MAC than "
            + name;
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
                put(it.getKey(), it.getValue(), new ArrayList<>());
              }
              return !needed;
            });
  }

  private static Path conf(String family, String interfaceName, String key) {
    return ALL.resolve(family).resolve("conf").resolve(interfaceName).resolve(key);
  }

  private void raise(Path setting, int least, List<Path> refused) {
    String now = get(setting);
    if (now.matches("[0-9]") && Integer.parseInt(now) < least) {
      before.putIfAbsent(setting, now);
      put(setting, String.valueOf(least), refused);
    }
  }

  /** Whether it forwards what comes in to that MAC is decided on its parent. */
  private static void copy(String family, VirtualMacs.Wanted it, List<Path> refused) {
    String value = get(conf(family, it.parent(), "forwarding"));
    if (!value.isEmpty()) {
      put(conf(family, it.name(), "forwarding"), value, refused);
    }
  }

  /** Empty: there is no such interface, or it knows no IPv6. */
  private static String get(Path setting) {
    try {
      return Files.readString(setting).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static void put(Path setting, String value, List<Path> refused) {
    String now = get(setting);
    try {
      if (!now.isEmpty() && !now.equals(value)) {
        Files.writeString(setting, value + "\n");
      }
    } catch (IOException e) {
      refused.add(setting); // a read-only /proc/sys, as in many containers
    }
  }
}
