package io.vipops.linux;

import java.net.InetAddress;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What a VRRP socket lets through: adverts of these virtual routers.
 *
 * @param peers null: to the group, with TTL 255
 */
public record Hearing(SortedSet<Integer> virtualRouterIds, @Nullable Peers peers) {
  /**
   * To this node alone, from these peers.
   *
   * @param minTtl lowest TTL or hop limit, 1-255
   * @param refused instead, what is from anybody else or has a lower TTL: to be counted
   */
  public record Peers(Set<InetAddress> addresses, int minTtl, boolean refused) {}
}
