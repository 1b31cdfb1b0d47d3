package io.vipops.web;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The agent's status, asked for at most once a second however many want it. Not for several
 * threads.
 */
final class StatusCache {
  private static final long KEPT_NS = TimeUnit.SECONDS.toNanos(1);

  /** An answer that takes longer is asked for again. */
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

  private final Supplier<CompletableFuture<Map<String, @Nullable Object>>> ask;
  private final LongSupplier nanoTime;
  private CompletableFuture<Map<String, @Nullable Object>> last =
      CompletableFuture.failedFuture(new IllegalStateException("not asked yet"));
  private long askedNs;

  StatusCache(
      Supplier<CompletableFuture<Map<String, @Nullable Object>>> ask, LongSupplier nanoTime) {
    this.ask = ask;
    this.nanoTime = nanoTime;
  }

  CompletableFuture<Map<String, @Nullable Object>> get() {
    long nowNs = nanoTime.getAsLong();
    boolean good = last.isDone() ? !last.isCompletedExceptionally() : true;
    if (!good || nowNs - askedNs >= (last.isDone() ? KEPT_NS : PATIENCE_NS)) {
      askedNs = nowNs;
      last = ask.get();
    }
    return last;
  }
}
