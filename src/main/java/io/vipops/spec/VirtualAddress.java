package io.vipops.spec;

import org.jspecify.annotations.Nullable;

/**
 * A virtual IP address (VIP).
 *
 * @param label the interface alias it shows under, e.g. {@code eth0:1}; at most 15 characters
 * @param interfaceName where it is put; null: on the instance's interface
 */
public record VirtualAddress(
    Prefix prefix, @Nullable String label, @Nullable String interfaceName, Scope scope) {

  /** How far it is valid, for the kernel's choice of source addresses (ip-address(8)). */
  public enum Scope {
    GLOBAL,
    LINK,
    HOST
  }

  /** On the instance's interface, and global. */
  public VirtualAddress(Prefix prefix, @Nullable String label) {
    this(prefix, label, null, Scope.GLOBAL);
  }
}
