package io.vipops.worker;

import java.time.Duration;

/** When the next look at the branch is due: every poll, give or take 10 % by host. */
final class Schedule {
  private static final long HINT_NS = Duration.ofSeconds(1).toNanos();

  private final long periodNs;
  private long dueNs;
  private long soonestNs;

  /**
   * The first look is due at once.
   *
   * @param node its hash shifts this host against the others for good
   */
  Schedule(Duration poll, String node) {
    double shift = (Math.floorMod(node.hashCode() * 0x9E3779B1, 2001) - 1000) / 10_000.0;
    this.periodNs = (long) (poll.toNanos() * (1 + shift));
    this.dueNs = System.nanoTime();
    this.soonestNs = dueNs;
  }

  /** Nanoseconds between two looks. */
  long periodNs() {
    return periodNs;
  }

  boolean isDue() {
    return remainingNs() == 0;
  }

  /** Nanoseconds to wait; zero when due. */
  long remainingNs() {
    return Math.max(0, dueNs - System.nanoTime());
  }

  /** A look is being taken now. */
  void looked() {
    dueNs = System.nanoTime() + periodNs;
  }

  /** The next look is due at once. */
  void now() {
    dueNs = System.nanoTime();
  }

  /**
   * Somebody says that there was a push: the next look is due at once, but a second after the last
   * one that was due for that reason, however often they say so.
   */
  void soon() {
    long now = System.nanoTime();
    long wanted = soonestNs - now > 0 ? soonestNs : now;
    if (dueNs - wanted > 0) {
      dueNs = wanted;
      soonestNs = wanted + HINT_NS;
    }
  }
}
