package io.vipops.spec;

import java.net.Inet6Address;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One virtual router, as all nodes share it.
 *
 * @param virtualRouterId 1-255 (RFC 9568 §5.2.3)
 * @param version 2 or 3
 * @param interfaceName null: each node's own
 * @param authentication null: none
 * @param priorities by node; 1-254, or 255 for the address owner
 * @param advertInterval 10 ms-40.95 s for version 3, whole seconds 1-255 for version 2
 * @param vipLease whole seconds; zero: no lease; already resolved where the spec says auto. The
 *     address owner has none, whatever this says
 */
public record VrrpInstance(
    String name,
    int virtualRouterId,
    int version,
    @Nullable String interfaceName,
    @Nullable Authentication authentication,
    SortedMap<String, Integer> priorities,
    List<VirtualAddress> virtualAddresses,
    Duration advertInterval,
    boolean preempt,
    Duration preemptDelay,
    Duration vipLease,
    List<Track> track,
    VrrpOptions options) {

  /** An instance has one family; without an address it is taken for IPv4. */
  public boolean isIpv6() {
    return !virtualAddresses.isEmpty()
        && virtualAddresses.get(0).prefix().address() instanceof Inet6Address;
  }

  /**
   * Simple text password (RFC 2338 §5.3.6); exactly one of the two is set.
   *
   * @param password 1-8 bytes
   */
  public record Authentication(@Nullable String password, @Nullable String passwordFile) {
    @Override
    public String toString() {
      return "Authentication[pass]";
    }
  }
}
