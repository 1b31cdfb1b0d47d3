package io.vipops.worker;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One pass while it runs: what it is at, how long each step took, who listens. */
final class Pass {
  private final Steps steps;
  private final Consumer<String> progress;
  private final Map<String, Long> stepMs = new LinkedHashMap<>();
  private final long startNs = System.nanoTime();
  private @Nullable String step;
  private Moved moved = Moved.NOTHING;
  private long stepNs = startNs;

  Pass(Steps steps, Consumer<String> progress) {
    this.steps = steps;
    this.progress = progress;
  }

  /** Ends the step before and begins this one. */
  void begin(String name, Duration deadline) {
    end();
    step = name;
    steps.begin(name, deadline);
  }

  /** Ends the last step; returns the time per step in milliseconds. */
  Map<String, Long> end() {
    long now = System.nanoTime();
    if (step != null) {
      stepMs.merge(step, (now - stepNs) / 1_000_000, Long::sum);
    }
    step = null;
    stepNs = now;
    return stepMs;
  }

  /** What it moved so far. */
  Moved moved() {
    return moved;
  }

  void moved(Moved all) {
    moved = all;
  }

  /** A line for those who wait for the outcome. */
  void say(String line) {
    progress.accept(line);
  }

  /** Time since the pass began, as in {@code 0.38 s}. */
  String elapsed() {
    return String.format(Locale.ROOT, "%.2f s", (System.nanoTime() - startNs) / 1e9);
  }
}
