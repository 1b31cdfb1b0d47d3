package io.vipops.engine;

import java.time.Duration;

/**
 * A sign of life that the loop's own thread gives, and nobody in its place: when it stops, the loop
 * hangs, whatever else still runs.
 *
 * @param period how often, above zero
 * @param beat must not wait
 */
public record Heartbeat(Duration period, Runnable beat) {
  /** For an engine that nobody watches. */
  public static final Heartbeat NONE = new Heartbeat(Duration.ofDays(1), () -> {});
}
