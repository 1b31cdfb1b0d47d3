package io.vipops.apply;

import io.vipops.linux.OomScore;
import io.vipops.probe.NginxMaster;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** nginx's master as a process: found, started, told to read its configuration again, stopped. */
final class NginxProcess {
  private static final Duration COMMAND = Duration.ofSeconds(30);

  /**
   * systemd may have queued the start behind others at boot, such as the network's; to give up
   * before its own limit of 90 s would only leave its job running.
   */
  private static final Duration SYSTEMD = Duration.ofSeconds(95);

  private static final Duration ORPHANS = Duration.ofSeconds(2);

  private final AgentConfig.Nginx config;

  NginxProcess(AgentConfig.Nginx config) {
    this.config = config;
  }

  /** The verified master, or why there is none. */
  NginxMaster master() {
    return NginxMaster.find(config.pid(), config.binary());
  }

  /**
   * Starts it, through systemd where that is process 1: a child of ours would live in the agent's
   * control group.
   *
   * @param log from before the start; says why it failed
   */
  void start(ErrorLog log) throws ApplyFailure, InterruptedException {
    List<String> command =
        isSystemds()
            ? List.of("systemctl", "start", config.service())
            : List.of(config.binary().toString(), "-c", config.config().toString());
    String words = "start " + String.join(" ", command);
    try {
      new Orphans(config.binary(), config.pid()).end(config.endpoint().getPort(), ORPHANS);
      // A child of the worker would be ended in its place when memory runs out.
      Finished start = Finished.run(OomScore.neutral(command), isSystemds() ? SYSTEMD : COMMAND);
      if (!start.ok()) {
        // systemctl only says that it failed, and where to look; nginx's log says why.
        String why =
            log.complaints().stream()
                .findFirst()
                .map(it -> isSystemds() ? NginxVerdict.reason(start.output()) + ": " + it : it)
                .orElse(NginxVerdict.reason(start.output()));
        throw new ApplyFailure(Fault.HOST, words + ": " + why);
      }
    } catch (IOException e) {
      throw new ApplyFailure(words + ": " + e.getMessage(), e);
    }
  }

  /** The processes that {@code master} has now. */
  static List<Long> workers(long master) {
    return ProcessHandle.of(master)
        .map(it -> it.children().map(ProcessHandle::pid).toList())
        .orElse(List.of());
  }

  /** Whether a worker has not yet come to the end of its work: nginx then changes its title. */
  static boolean takesRequests(long worker) {
    try {
      String title = Files.readString(Path.of("/proc/" + worker + "/cmdline"));
      return title.contains("worker process") && !title.contains("is shutting down");
    } catch (IOException e) {
      return false; // it is gone
    }
  }

  /** Ends it, letting requests under way finish where systemd does not cut that short. */
  void stop() throws ApplyFailure, InterruptedException {
    OptionalLong pid = master().pid();
    if (pid.isEmpty()) {
      return;
    }
    if (isSystemds()) {
      command(SYSTEMD, "systemctl", "stop", config.service());
    }
    if (master().pid().equals(pid)) {
      // Not the unit's own: started by hand, or by an agent that ran without systemd.
      signal("QUIT", pid.getAsLong());
    }
    long deadlineNs = System.nanoTime() + COMMAND.toNanos();
    while (ProcessHandle.of(pid.getAsLong()).map(ProcessHandle::isAlive).orElse(false)) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new ApplyFailure(
            Fault.HOST,
            "stop: nginx master " + pid.getAsLong() + " has not ended; see its connections");
      }
      Thread.sleep(20);
    }
  }

  /** Tells the master to read its configuration; whether it took it is another question. */
  void hangUp(long pid) throws ApplyFailure, InterruptedException {
    signal("HUP", pid);
  }

  private boolean isSystemds() {
    if (config.service().isEmpty()) {
      return false;
    }
    try {
      return Files.readString(Path.of("/proc/1/comm")).strip().equals("systemd");
    } catch (IOException e) {
      return false;
    }
  }

  /** By the shell, so that the worker needs no JNA: Java itself cannot send these signals. */
  private static void signal(String name, long pid) throws ApplyFailure, InterruptedException {
    command(COMMAND, signalCommand(name, pid).toArray(String[]::new));
  }

  /** To kill(1), numbers below 2 are init, a group, or everybody: never one nginx. */
  static List<String> signalCommand(String name, long pid) throws ApplyFailure {
    if (pid <= 1) {
      throw new ApplyFailure(Fault.HOST, "process " + pid + " is no nginx master: not signalled");
    }
    return List.of("/bin/sh", "-c", "kill -" + name + " " + pid);
  }

  private static void command(Duration limit, String... command)
      throws ApplyFailure, InterruptedException {
    String words = String.join(" ", command);
    try {
      Finished finished = Finished.run(List.of(command), limit);
      if (!finished.ok()) {
        throw new ApplyFailure(Fault.HOST, words + ": " + finished.output());
      }
    } catch (IOException e) {
      throw new ApplyFailure(words + ": " + e.getMessage(), e);
    }
  }
}
