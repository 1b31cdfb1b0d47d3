package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.channel.Channel;
import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import io.vipops.lab.GitServers;
import io.vipops.lab.Lab;
import io.vipops.lab.LabHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a look at a branch that has not moved costs: 100 real workers against one Git server. Bytes
 * are those of the IP packets, both ways; CPU is all that the worker's process uses.
 */
@Tag("root")
@EnabledIfSystemProperty(named = "vipops.soak", matches = "true")
class PollCostTest {
  private static final int POLLS = 5;
  private static final int STARTING_AT_ONCE = 4;

  /** 10 ms: USER_HZ of every Linux. */
  private static final double TICK_MS = 10;

  private record Way(String name, int workers, int port, String url) {}

  private static final List<Way> WAYS =
      List.of(
          new Way("file", 25, 0, "file://%s"),
          new Way("git", 25, GitServers.GIT, "git://10.0.0.2:9418/lb.git"),
          new Way("ssh", 25, GitServers.SSH, "ssh://root@10.0.0.2:2222%s"),
          new Way("https", 13, GitServers.TLS, "https://10.0.0.2:8443/lb.git"),
          new Way("https_new", 12, GitServers.TLS_SHORT, "https://10.0.0.2:8444/lb.git"));

  @TempDir Path folder;
  private GitServers servers;
  private LabHost clients;

  /** A worker whose agent is the test. */
  private static final class Worker {
    final Way way;
    final Process process;
    final AtomicInteger polls = new AtomicInteger();
    final AtomicBoolean idle = new AtomicBoolean();
    int pollsThen;
    long ticksThen;

    Worker(Way way, Process process) {
      this.way = way;
      this.process = process;
      Channel channel =
          new Channel(process.getInputStream(), process.getOutputStream(), this::onRequest);
      Thread reader = new Thread(null, () -> read(channel), "worker", 512 << 10);
      reader.setDaemon(true);
      reader.start();
    }

    private static void read(Channel channel) {
      try {
        channel.run();
      } catch (IOException e) {
        // It was ended.
      }
    }

    private void onRequest(Channel.Call call) {
      if (call.type.equals("step") && "fetch".equals(call.body.get("name"))) {
        polls.incrementAndGet();
      } else if (call.type.equals("step") && "idle".equals(call.body.get("name"))) {
        idle.set(true);
      }
      call.reply(Map.of());
    }

    /** proc(5): utime and stime are the 14th and 15th, counted from 1. */
    long ticks() throws IOException {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    void begin() throws IOException {
      pollsThen = polls.get();
      ticksThen = ticks();
    }
  }

  private Worker start(Way way, int n) throws IOException {
    Path home = Files.createDirectories(folder.resolve(way.name() + n));
    Path config = home.resolve("agent.yaml");
    String https = ", https: {ca_file: " + servers.caFile() + "}";
    String ssh =
        ", ssh: {key: %s, known_hosts: %s}"
            .formatted(servers.deployKey(), folder.resolve("known_hosts"));
    Files.writeString(
        config,
        """
        version: 1
        node: lb01
        source: {url: "%1$s", poll: 4s, timeout: 30s%2$s}
        state_dir: %3$s/state
        run_dir: %3$s/run
        nginx: {config: %3$s/nginx.conf, pid: %3$s/nginx.pid, log_dir: %3$s, service: ""}
        """
            .formatted(
                way.url().formatted(servers.bare()),
                way.name().startsWith("https") ? https : way.name().equals("ssh") ? ssh : "",
                home));
    ProcessBuilder builder =
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                clients.namespace(),
                Path.of("target/vipops/bin/vipops").toAbsolutePath().toString(),
                "worker",
                "--config",
                config.toString())
            .redirectError(home.resolve("log").toFile());
    builder.environment().put("VIPOPS_JAVA_OPTS", "-Xmx32m");
    return new Worker(way, builder.start());
  }

  private void push() throws Exception {
    Path admin = folder.resolve("admin");
    Cluster.git(folder, "init", "-q", "-b", "main", "admin");
    // On hold: the pass ends before nginx, of which there is none here.
    Files.writeString(
        admin.resolve("cluster.yaml"), Specs.classic(1, "preempt_delay: 2s", ", hold: true"));
    Cluster.git(admin, "add", "-A");
    Cluster.git(admin, "commit", "-q", "-m", "start");
    Cluster.git(admin, "push", "-q", servers.bare().toString(), "main");
  }

  private void count() throws Exception {
    StringBuilder rules = new StringBuilder("table ip cost {\n");
    StringBuilder in = new StringBuilder("chain in { type filter hook input priority 0;\n");
    StringBuilder out = new StringBuilder("chain out { type filter hook output priority 0;\n");
    for (Way way : WAYS) {
      rules.append("counter ").append(way.name()).append(" {}\n");
      in.append("tcp sport %d counter name %s\n".formatted(way.port(), way.name()));
      out.append("tcp dport %d counter name %s\n".formatted(way.port(), way.name()));
    }
    Path file = folder.resolve("rules.nft");
    Files.writeString(file, rules + "" + in + "}\n" + out + "}\n}\n");
    clients.exec("nft", "-f", file.toString());
  }

  private record Traffic(long packets, long bytes) {}

  private Map<String, Traffic> traffic() throws Exception {
    Matcher counter =
        Pattern.compile("counter (\\w+) \\{\\s+packets (\\d+) bytes (\\d+)")
            .matcher(clients.exec("nft", "list", "counters"));
    Map<String, Traffic> all = new LinkedHashMap<>();
    while (counter.find()) {
      all.put(
          counter.group(1),
          new Traffic(Long.parseLong(counter.group(2)), Long.parseLong(counter.group(3))));
    }
    return all;
  }

  @Test
  void anIdlePollIsCheapAndByHttpsAtMost4KilobytesAnd30Milliseconds() throws Exception {
    List<Worker> workers = new ArrayList<>();
    try (Lab lab = Lab.create()) {
      servers = GitServers.start(lab, folder, "10.0.0.2");
      clients = lab.host("clients", "10.0.0.3/24");
      servers.know(folder.resolve("known_hosts"), GitServers.SSH);
      push();
      count();
      startAll(workers);
      awaitPolls(workers, POLLS); // to be warm
      for (Worker worker : workers) {
        worker.begin();
      }
      Map<String, Traffic> before = traffic();
      awaitPolls(workers, POLLS);
      Map<String, Traffic> after = traffic();
      System.out.println("an idle poll    bytes  packets  CPU ms   (polls counted)");
      for (Way way : WAYS) {
        report(way, workers, before.get(way.name()), after.get(way.name()));
      }
    } finally {
      workers.forEach(worker -> worker.process.destroyForcibly());
    }
  }

  private void startAll(List<Worker> workers) throws Exception {
    for (Way way : WAYS) {
      for (int n = 0; n < way.workers(); n++) {
        workers.add(start(way, n));
        Await.until(
            "workers start",
            Duration.ofSeconds(60),
            () -> workers.stream().filter(one -> !one.idle.get()).count() < STARTING_AT_ONCE);
      }
    }
  }

  private static void awaitPolls(List<Worker> workers, int more) throws Exception {
    Map<Worker, Integer> goal = new LinkedHashMap<>();
    workers.forEach(worker -> goal.put(worker, worker.polls.get() + more));
    Await.until(
        more + " polls of each",
        Duration.ofMinutes(4),
        () -> workers.stream().allMatch(worker -> worker.polls.get() >= goal.get(worker)));
  }

  private void report(Way way, List<Worker> workers, Traffic before, Traffic after)
      throws Exception {
    long polls = 0;
    long ticks = 0;
    for (Worker worker : workers) {
      if (worker.way == way) {
        polls += worker.polls.get() - worker.pollsThen;
        ticks += worker.ticks() - worker.ticksThen;
        assertThat(Files.readString(folder.resolve(way.name() + "0/log"))).doesNotContain("WARN");
      }
    }
    double bytes = (after.bytes() - before.bytes()) / (double) polls;
    double packets = (after.packets() - before.packets()) / (double) polls;
    double ms = ticks * TICK_MS / polls;
    System.out.printf("%-12s %8.0f %8.1f %7.1f   (%d)%n", way.name(), bytes, packets, ms, polls);
    if (way.name().startsWith("https")) {
      assertThat(bytes).as(way.name() + ": bytes").isLessThanOrEqualTo(4_000);
      assertThat(ms).as(way.name() + ": CPU, ms").isLessThanOrEqualTo(30);
    }
  }
}
