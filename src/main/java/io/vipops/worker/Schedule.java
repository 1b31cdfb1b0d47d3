package io.vipops.worker;

import io.vipops.git.GitFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When the next look at the branch is due: every poll, give or take 10 % by host. After a look that
 * failed it comes earlier, 1 s later at first and then twice as late each time, up to half a poll:
 * what waits on a server that was down is in force within a poll of its return. Or it comes later,
 * if the server asks for that.
 */
final class Schedule {
  private static final long FIRST_RETRY_NS = Duration.ofSeconds(1).toNanos();
  private static final long HINT_NS = Duration.ofSeconds(1).toNanos();

  private final double shift;
  private final long periodNs;
  private long dueNs;
  private long soonestNs;
  private int failures;
  private boolean heldOff;

  /**
   * The first look is due at once.
   *
   * @param node its hash shifts this host against the others for good
   */
  Schedule(Duration poll, String node) {
    this.shift = 1 + (Math.floorMod(node.hashCode() * 0x9E3779B1, 2001) - 1000) / 10_000.0;
    this.periodNs = (long) (poll.toNanos() * shift);
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

  /** Whether the server asked to be left alone, and that time is not over. */
  boolean isHeldOff() {
    return heldOff && !isDue();
  }

  /** A look is being taken now. */
  void looked() {
    after(periodNs);
  }

  /**
   * How the look ended.
   *
   * @param failure null: the server answered
   */
  void ended(@Nullable GitFailure failure) {
    if (failure == null) {
      failures = 0;
      return;
    }
    Duration asked = failure.retryAfter();
    if (asked == null) {
      after(Math.min(periodNs / 2, (long) (shift * (FIRST_RETRY_NS << Math.min(failures++, 20)))));
    } else {
      after(Math.max(periodNs, (long) (shift * asked.toNanos())));
      heldOff = true;
    }
  }

  private void after(long ns) {
    dueNs = System.nanoTime() + ns;
    heldOff = false;
  }

  /** The next look is due at once, whatever the server asked for. */
  void now() {
    after(0);
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
      heldOff = false;
      soonestNs = wanted + HINT_NS;
    }
  }
}
