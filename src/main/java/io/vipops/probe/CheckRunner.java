package io.vipops.probe;

import io.vipops.spec.Check;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Runs checks at their intervals and tells every result. Each check has a thread of its own: a slow
 * one delays no other, and never overlaps itself. Runs are due at fixed times from the first on;
 * one that took longer than its interval skips those it missed.
 */
public final class CheckRunner implements AutoCloseable {
  private final Function<Check, Result> prober;
  private final BiConsumer<Check, Result> results;
  private final Map<String, Schedule> schedules = new LinkedHashMap<>();

  /**
   * @param prober runs a check once, e.g. {@link Prober#run}
   * @param results called on the check's thread, without any lock of ours held; of a check that was
   *     just dropped one more result may be on its way
   */
  public CheckRunner(Function<Check, Result> prober, BiConsumer<Check, Result> results) {
    this.prober = prober;
    this.results = results;
  }

  /**
   * Takes another list of checks. Those that are equal go on as if nothing had been; new and
   * changed ones run at once.
   *
   * @param checks with names of their own
   */
  public synchronized void configure(List<Check> checks) {
    Map<String, Check> wanted = new LinkedHashMap<>();
    checks.forEach(it -> wanted.put(it.name(), it));
    schedules
        .entrySet()
        .removeIf(
            it -> {
              boolean drop = !it.getValue().check.equals(wanted.get(it.getKey()));
              if (drop) {
                it.getValue().stop();
              }
              return drop;
            });
    wanted.forEach((name, check) -> schedules.computeIfAbsent(name, n -> new Schedule(check)));
  }

  @Override
  public void close() {
    configure(List.of());
  }

  private final class Schedule implements Runnable {
    private final Check check;
    private final Thread thread;
    private volatile boolean stopped;

    Schedule(Check check) {
      this.check = check;
      thread = new Thread(this, "vipops-check-" + check.name());
      thread.setDaemon(true);
      thread.start();
    }

    void stop() {
      stopped = true;
      thread.interrupt();
    }

    @Override
    public void run() {
      long intervalNs = Math.max(1, check.interval().toNanos());
      long dueNs = System.nanoTime();
      try {
        while (true) {
          Result result = probe();
          if (stopped) {
            return;
          }
          results.accept(check, result);
          long nowNs = System.nanoTime();
          dueNs += intervalNs * Math.max(1, (nowNs - dueNs + intervalNs - 1) / intervalNs);
          Thread.sleep((dueNs - nowNs) / 1_000_000, (int) ((dueNs - nowNs) % 1_000_000));
        }
      } catch (InterruptedException e) {
        // stopped
      }
    }

    private Result probe() {
      try {
        return prober.apply(check);
      } catch (Throwable e) {
        // Errors too, since this thread is the check. A fault of ours counts as the check's:
        // silence would leave its last result in force.
        return Result.failed("cannot be run: " + e);
      }
    }
  }
}
