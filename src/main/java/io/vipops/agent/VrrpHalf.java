package io.vipops.agent;

import io.vipops.engine.Engine;
import io.vipops.engine.InstanceStatus;
import io.vipops.probe.CheckRunner;
import io.vipops.render.VrrpFile;
import io.vipops.render.VrrpYaml;
import io.vipops.vrrp.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The half of a generation that the agent runs: takes a {@code vrrp.yaml} into force, engine and
 * checks together. All methods run on the agent's thread.
 */
final class VrrpHalf {
  /** Why a {@code vrrp.yaml} cannot be taken, and whether the commit or this host is to blame. */
  record Refusal(String error, boolean hostsFault) {}

  /** Exactly one of the two is set. */
  private record Read(@Nullable VrrpFile file, @Nullable Refusal refusal) {}

  private final Engine engine;
  private final CheckRunner checks;
  private final Standings standings;
  private final Executor agentThread;
  private boolean applied;

  VrrpHalf(Engine engine, CheckRunner checks, Standings standings, Executor agentThread) {
    this.agentThread = agentThread;
    this.engine = engine;
    this.checks = checks;
    this.standings = standings;
  }

  /** What keeps {@code path} from running here; null: nothing. */
  @Nullable Refusal dryRun(Path path) {
    Read read = read(path);
    if (read.file == null) {
      return read.refusal;
    }
    List<String> hindrances = engine.dryRun(read.file.instances());
    return hindrances.isEmpty() ? null : new Refusal(String.join("; ", hindrances), true);
  }

  /** Whether the engine runs what a file said; before, nothing is known of the instances. */
  boolean isApplied() {
    return applied;
  }

  /** Takes {@code path} into force; {@code whenDone} gets null when the kernel has it. */
  void apply(Path path, Consumer<@Nullable Refusal> whenDone) {
    Read read = read(path);
    VrrpFile file = read.file;
    if (file == null) {
      whenDone.accept(read.refusal);
      return;
    }
    standings.take(file, System.nanoTime());
    checks.configure(file.checks());
    var unused =
        engine
            .apply(file.instances(), standings.all(System.nanoTime()))
            .whenCompleteAsync(
                (done, failure) -> {
                  applied |= failure == null;
                  whenDone.accept(failure == null ? null : new Refusal(line(failure), true));
                },
                agentThread); // never on the loop's, which must not wait for a pipe
  }

  /**
   * What the engine runs otherwise than {@code path} says, and what it must not hold; a line each.
   */
  List<String> compare(Path path) {
    VrrpFile file = read(path).file;
    if (file == null) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    Map<String, InstanceStatus> running = new TreeMap<>();
    engine.status().forEach(one -> running.put(one.instance().name(), one));
    for (Instance wanted : file.instances()) {
      InstanceStatus now = running.remove(wanted.name());
      if (now == null) {
        lines.add("instance " + wanted.name() + " does not run");
      } else if (now.instance().priority() != wanted.priority()) {
        lines.add(
            "instance "
                + wanted.name()
                + " runs with priority "
                + now.instance().priority()
                + ", not "
                + wanted.priority());
      } else if (!now.instance().equals(wanted)) {
        lines.add("instance " + wanted.name() + " runs another configuration");
      }
    }
    running.keySet().forEach(name -> lines.add("instance " + name + " runs, which is not in it"));
    lines.addAll(engine.strays());
    return lines;
  }

  private static String line(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(cause.getMessage());
  }

  private static Read read(Path path) {
    try {
      VrrpYaml.Reading reading = VrrpYaml.decode(path.toString(), Files.readAllBytes(path));
      if (reading.file() != null) {
        return new Read(reading.file(), null);
      }
      // Our own worker wrote it: the two are of different versions, and no commit can help.
      return new Read(null, new Refusal(path + ": " + reading.problems().get(0).message(), true));
    } catch (IOException e) {
      return new Read(null, new Refusal(path + ": cannot be read: " + e.getMessage(), true));
    }
  }
}
