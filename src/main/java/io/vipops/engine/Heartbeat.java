package io.vipops.engine;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A sign of life that the loop's own thread gives, and nobody in its place: when it stops, the loop
 * hangs, whatever else still runs.
 *
 * @param period how often, above zero
 * @param beat must not wait; says whether it was heard, or it is given again {@link #AGAIN} later
 */
public record Heartbeat(Duration period, BooleanSupplier beat) {
  /** How soon a beat that was not heard is given again. */
  public static final Duration AGAIN = Duration.ofMillis(100);

  /** For an engine that nobody watches. */
  public static final Heartbeat NONE = new Heartbeat(Duration.ofDays(1), () -> true);
}
