package io.vipops.system;

import io.vipops.channel.Channel;
import io.vipops.lab.CpuClock;
import io.vipops.lab.LabHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real worker whose agent is the test, and what each of its polls costs. A poll's cost is all
 * that is used from its begin to the begin of the next.
 */
final class PolledWorker implements AutoCloseable {
  private final Path log;
  private final Process process;
  private final AtomicInteger polls = new AtomicInteger();
  private volatile boolean idle;

  /** What was used in all when so many polls had begun, as seen last. */
  private final Map<Integer, Cost> seen = new TreeMap<>();

  /** Bytes and packets both ways; CPU of the whole process. */
  record Cost(long bytes, long packets, long cpuNs) {
    private Cost minus(Cost before) {
      return new Cost(bytes - before.bytes, packets - before.packets, cpuNs - before.cpuNs);
    }
  }

  private PolledWorker(Path log, Process process) {
    this.log = log;
    this.process = process;
    Channel channel =
        new Channel(process.getInputStream(), process.getOutputStream(), this::onRequest);
    Thread reader = new Thread(null, () -> read(channel), "worker", 512 << 10);
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * @param home gets its log
   */
  static PolledWorker start(LabHost host, Path home, Path config) throws IOException {
    Path log = home.resolve("log");
    Path launcher = Path.of("target/vipops/bin/vipops").toAbsolutePath();
    ProcessBuilder builder =
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                host.namespace(),
                launcher.toString(),
                "worker",
                "--config",
                config.toString())
            .redirectError(log.toFile());
    return new PolledWorker(log, builder.start());
  }

  private static void read(Channel channel) {
    try {
      channel.run();
    } catch (IOException e) {
      // It was ended.
    }
  }

  private void onRequest(Channel.Call call) {
    if (call.type.equals("step")) {
      String name = String.valueOf(call.body.get("name"));
      idle |= name.equals("idle");
      // The first polls may fetch, which begins twice: they are not counted.
      if (name.equals("fetch")) {
        polls.incrementAndGet();
      }
    }
    call.reply(Map.of());
  }

  /** Whether it had nothing more to do once. */
  boolean hasBeenIdle() {
    return idle;
  }

  /** How many polls have begun. */
  int polls() {
    return polls.get();
  }

  /** Notes what it has used so far; {@code begun} polls had begun before that was counted. */
  void see(int begun, long bytes, long packets) {
    Cost now = new Cost(bytes, packets, CpuClock.nanos(process.pid()));
    if (polls() == begun) {
      seen.put(begun, now);
    }
  }

  /** The cost of each poll after the first {@code warm}, the last and unfinished one excepted. */
  List<Cost> costs(int warm) {
    List<Cost> costs = new ArrayList<>();
    for (int poll = warm + 1; poll < polls(); poll++) {
      Cost before = seen.get(poll - 1);
      Cost after = seen.get(poll);
      if (before != null && after != null) {
        costs.add(after.minus(before));
      }
    }
    return costs;
  }

  /** What it said on standard error. */
  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
