package io.vipops.probe;

import io.vipops.linux.OomScore;
import io.vipops.linux.Processes;
import io.vipops.spec.Probe;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Whether a command exits with 0. It runs as its {@link ScriptUser}, and only while its {@link
 * ScriptFile} is nobody else's to change. No shell reads it; a session, and so a process group, of
 * its own; its output goes nowhere. When the time is over its whole group is killed, and that is a
 * failure whatever it would have said.
 */
final class ScriptProbe {
  private static final File NOTHING = new File("/dev/null");

  /** All that it finds in its environment: what the agent was given is not its business. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          "LANG", "C.UTF-8",
          "HOME", "/");

  private ScriptProbe() {}

  static Result run(Probe.Script probe, Duration timeout) {
    String name = probe.command().get(0);
    ScriptUser user = ScriptUser.of(probe.user());
    if (user == null) {
      return Result.failed(
          "script: no user " + (probe.user() == null ? "nobody" : probe.user()) + " on this host");
    }
    String refusal = ScriptFile.refusal(probe.command(), user.trusted());
    if (refusal != null) {
      return Result.failed("script " + name + " is not run: " + refusal);
    }
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(user.prefix());
    command.addAll(probe.command());
    long startNs = System.nanoTime();
    try {
      return await(start(command), name, startNs, timeout);
    } catch (IOException e) {
      return Result.failed("script " + name + ": " + Text.of(e));
    }
  }

  private static Process start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(OomScore.neutral(command))
            .directory(new File("/"))
            .redirectInput(NOTHING)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().putAll(ENVIRONMENT);
    return builder.start();
  }

  private static Result await(Process process, String name, long startNs, Duration timeout) {
    try {
      if (process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        int code = process.exitValue();
        // What setsid and setpriv say, like every shell, when there is nothing to run.
        String why = code == 126 || code == 127 ? " (is " + name + " there and executable?)" : "";
        return new Result(code == 0, "exit " + code + why + " in " + Text.since(startNs));
      }
      return Result.failed("script " + name + ": " + Text.timeout(timeout));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Result.failed("script " + name + ": not waited for");
    } finally {
      if (process.isAlive()) {
        end(process);
      }
    }
  }

  /**
   * sh(1), setsid(1) and setpriv(1) exec: the process is the leader, unless it did not get that
   * far.
   */
  private static void end(Process process) {
    if (!Processes.killGroup(process.pid())) {
      process.destroyForcibly();
    }
  }
}
