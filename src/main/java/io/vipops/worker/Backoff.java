package io.vipops.worker;

import java.time.Duration;

/** How long to wait after failures in a row: 1 s, then twice as long each time, at most 60 s. */
final class Backoff {
  private static final long FIRST_NS = Duration.ofSeconds(1).toNanos();
  private static final long LAST_NS = Duration.ofMinutes(1).toNanos();

  private int failures;
  private long untilNs;

  void failed() {
    failures++;
    untilNs = System.nanoTime() + Math.min(LAST_NS, FIRST_NS << Math.min(failures - 1, 6));
  }

  void reset() {
    failures = 0;
  }

  /** Whether something failed and waits for another try. */
  boolean isWaiting() {
    return failures > 0;
  }

  /** Whether the wait is over, or never began. */
  boolean isOver() {
    return failures == 0 || System.nanoTime() - untilNs >= 0;
  }

  /** Nanoseconds to wait; zero when it is over. */
  long remainingNs() {
    return isOver() ? 0 : untilNs - System.nanoTime();
  }
}
