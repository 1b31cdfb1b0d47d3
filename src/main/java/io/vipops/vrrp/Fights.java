package io.vipops.vrrp;

import static io.vipops.vrrp.Intervals.SECOND_NS;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells an accident from a fight: a virtual address that is removed again and again has somebody
 * else on this host who wants it gone. It is put back each time all the same.
 */
final class Fights {
  private static final long WINDOW_NS = 60 * SECOND_NS;

  /** Within the window; one more is a fight. */
  private static final int MOST_ACCIDENTS = 5;

  private final Map<InetAddress, ArrayDeque<Long>> removedNs = new HashMap<>();

  /** Returns whether this removal makes it a fight. */
  boolean removed(InetAddress address, long nowNs) {
    ArrayDeque<Long> times = removedNs.computeIfAbsent(address, it -> new ArrayDeque<>());
    while (!times.isEmpty() && nowNs - times.peek() >= WINDOW_NS) {
      times.remove();
    }
    times.add(nowNs);
    if (times.size() > MOST_ACCIDENTS + 1) {
      times.remove(); // no more than it takes to know
    }
    return times.size() > MOST_ACCIDENTS;
  }
}
