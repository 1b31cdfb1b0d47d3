package io.vipops.agent;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns the agent's state: one task after the other. A task that fails is logged and
 * the next one runs: the VIPs are the engine's and must not go because of it.
 */
final class AgentThread {
  private static final Logger LOG = LoggerFactory.getLogger("agent");

  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "agent"));
  private volatile boolean stopped;

  AgentThread() {
    executor.setRemoveOnCancelPolicy(true);
  }

  /** Runs {@code task} after those already waiting; not at all once {@link #stop} was called. */
  void run(Runnable task) {
    after(0, task);
  }

  void after(long delayMs, Runnable task) {
    try {
      ScheduledFuture<?> unused =
          executor.schedule(() -> guarded(task), delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      if (!stopped) {
        throw e;
      }
    }
  }

  void everySecond(Runnable task) {
    ScheduledFuture<?> unused =
        executor.scheduleAtFixedRate(() -> guarded(task), 1, 1, TimeUnit.SECONDS);
  }

  void stop() {
    stopped = true;
    executor.shutdownNow();
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      LOG.error("internal error; the agent goes on", e);
    }
  }
}
