package io.vipops.probe;

import io.vipops.linux.NotifySocket;
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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Whether a command exits with 0. No shell reads it; a session, and so a process group, of its own;
 * its output goes nowhere. When the time is over its whole group is killed, and that is a failure
 * whatever it would have said.
 */
final class ScriptProbe {
  private static final File NOTHING = new File("/dev/null");

  /** By name, once found: a directory service that is down later does not fail the check. */
  private static final Map<String, Processes.User> USERS = new ConcurrentHashMap<>();

  private ScriptProbe() {}

  static Result run(Probe.Script probe, Duration timeout) {
    String name = probe.command().get(0);
    List<String> command = new ArrayList<>(List.of("setsid"));
    String user = probe.user();
    if (user != null) {
      Processes.User entry = USERS.get(user);
      if (entry == null) {
        Optional<Processes.User> found = Processes.user(user);
        if (found.isEmpty()) {
          return Result.failed("script: no user " + user + " on this host");
        }
        entry = found.get();
        USERS.put(user, entry);
      }
      command.addAll(become(entry));
    }
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
    NotifySocket.hideFrom(builder.environment());
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

  /** sh(1), setsid(1) and setpriv(1) exec: the process is the leader, unless it did not get that far. */
  private static void end(Process process) {
    if (!Processes.killGroup(process.pid())) {
      process.destroyForcibly();
    }
  }

  private static List<String> become(Processes.User user) {
    return List.of(
        "setpriv",
        "--reuid=" + user.id(),
        "--regid=" + user.group(),
        "--init-groups",
        "--no-new-privs",
        "--");
  }
}
