package io.vipops.probe;

import io.vipops.spec.Probe;
import java.time.Duration;
import java.util.List;

/** Whether a {@link Script} exits with 0. */
final class ScriptProbe {
  private ScriptProbe() {}

  static Result run(Probe.Script probe, Duration timeout) {
    return Script.run("script", probe.command(), List.of(), probe.user(), timeout);
  }
}
