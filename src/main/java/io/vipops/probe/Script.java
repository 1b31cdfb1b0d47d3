package io.vipops.probe;

import io.vipops.linux.OomScore;
import io.vipops.linux.Processes;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A command that the spec names. It runs as its {@link ScriptUser}, and only while its {@link
 * ScriptFile} is nobody else's to change. No shell reads it; a session, and so a process group, of
 * its own; its output goes nowhere. When the time is over its whole group is killed, and that is a
 * failure whatever it would have said.
 */
public final class Script {
  private static final File NOTHING = new File("/dev/null");

  /** All that it finds in its environment: what the agent was given is not its business. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          "LANG", "C.UTF-8",
          "HOME", "/");

  private Script() {}

  /**
   * Runs a command and waits for its end; an interrupt ends both.
   *
   * @param what it is, for the result's text
   * @param command absolute path and arguments
   * @param more further arguments, of our own making
   * @param user null: an unprivileged one of the host's
   */
  public static Result run(
      String what,
      List<String> command,
      List<String> more,
      @Nullable String user,
      Duration timeout) {
    String name = what + " " + command.get(0);
    ScriptUser runner = ScriptUser.of(user);
    if (runner == null) {
      return Result.failed(
          what + ": no user " + (user == null ? "nobody" : user) + " on this host");
    }
    String refusal = ScriptFile.refusal(command, runner.trusted());
    if (refusal != null) {
      return Result.failed(name + " is not run: " + refusal);
    }
    List<String> words = new ArrayList<>(List.of("setsid"));
    words.addAll(runner.prefix());
    words.addAll(command);
    words.addAll(more);
    long startNs = System.nanoTime();
    try {
      return await(start(words), name, startNs, timeout);
    } catch (IOException e) {
      return Result.failed(name + ": " + Text.of(e));
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
        String why =
            code == 126 || code == 127
                ? " (is " + name.substring(name.indexOf('/')) + " there and executable?)"
                : "";
        return new Result(code == 0, "exit " + code + why + " in " + Text.since(startNs));
      }
      return Result.failed(name + ": " + Text.timeout(timeout));
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
