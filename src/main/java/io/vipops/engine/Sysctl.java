package io.vipops.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Kernel settings of an interface that leased addresses need. Not on the loop's thread. */
final class Sysctl {
  private Sysctl() {}

  /**
   * Without it, a first address of a subnet takes every later one along when it goes: a VIP the
   * node's own, or the other way round. Left as it is where we may not.
   *
   * @param interfaceName one that does not exist is passed over
   */
  static void promoteSecondaries(String interfaceName) {
    Path all = Path.of("/proc/sys/net/ipv4/conf");
    Path setting = all.resolve(interfaceName).resolve("promote_secondaries").normalize();
    try {
      if (setting.startsWith(all)
          && Files.exists(setting)
          && !Files.readString(setting).startsWith("1")) {
        Files.writeString(setting, "1\n");
      }
    } catch (IOException e) {
      // A read-only /proc/sys, as in many containers: addresses inside the subnet are /32 anyway.
    }
  }
}
