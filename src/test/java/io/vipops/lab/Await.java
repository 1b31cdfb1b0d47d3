package io.vipops.lab;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waiting for a condition, never for time. */
public final class Await {
  private static final long STEP_MS = 10;

  private Await() {}

  /**
   * Polls until {@code condition} holds and returns how long that took.
   *
   * @throws AssertionError after {@code limit}
   */
  public static Duration until(String what, Duration limit, Callable<Boolean> condition)
      throws Exception {
    long startNs = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - startNs > limit.toNanos()) {
        throw new AssertionError("not within " + limit.toMillis() + " ms: " + what);
      }
      Thread.sleep(STEP_MS);
    }
    return Duration.ofNanos(System.nanoTime() - startNs);
  }
}
