package io.vipops.crash;

import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import io.vipops.lab.Command;
import io.vipops.lab.Lab;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The node lb01, alone in a network of its own, under the {@link Seam}: the packaged agent and
 * worker, real nginx, a repository that can be out of reach. It looks at its branch when told to.
 */
final class CrashNode implements NodeView, AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String LAUNCHER =
      Path.of("target/vipops/bin/vipops").toAbsolutePath().toString();

  final Path home;
  final Seam seam;
  private final Path repository;
  private final Lab lab;
  private final LabHost host;
  private final Running monitor;
  private @Nullable Running agent;
  private int commits;

  CrashNode(Path folder) throws IOException, InterruptedException {
    home = Files.createDirectories(folder.resolve("lb01"));
    repository = folder.resolve("lb.git");
    seam = new Seam(folder.resolve("seam"), home);
    Files.createDirectories(home.resolve("log"));
    Files.writeString(
        home.resolve("agent.yaml"),
        """
        version: 1
        node: lb01
        source: {url: "file://%1$s", branch: main, path: cluster.yaml, poll: 1h}
        state_dir: %2$s/state
        run_dir: %2$s/run
        nginx: {config: %2$s/nginx.conf, pid: %2$s/nginx.pid, log_dir: %2$s/log, service: ""}
        """
            .formatted(repository, home));
    Cluster.git(folder, "init", "-q", "--bare", "-b", "main", repository.toString());
    Cluster.git(repository, "config", "gc.auto", "0");
    lab = Lab.create();
    host = lab.host("lb01", "10.0.0.51/24");
    host.exec("nft", "add table ip t; add chain ip t c { type filter hook input priority 0; }");
    host.exec("nft", "add rule ip t c tcp dport %d reject with tcp reset".formatted(Change.BAD));
    monitor = host.start("ip", "-4", "-o", "monitor", "address");
  }

  @Override
  public Path home() {
    return home;
  }

  @Override
  public LabHost host() {
    return host;
  }

  /** What the kernel took off {@code eth0} so far, a line each. */
  List<String> removals() {
    return monitor.output().lines().filter(line -> line.startsWith("Deleted")).toList();
  }

  /** Runs a command line of the shell in the node's folder. */
  void shell(String line) throws IOException, InterruptedException {
    Command.run("sh", "-ec", "cd " + home + "; " + line);
  }

  /** Starts the host's own nginx, with what it finds as its configuration. */
  void startNginx() throws IOException, InterruptedException {
    host.exec("nginx", "-c", home.resolve("nginx.conf").toString());
  }

  /** Puts a commit on the branch and returns it. */
  String commit(String spec) throws IOException, InterruptedException {
    String from = commits++ == 0 ? "" : "from refs/heads/main^0\n";
    Command.runWithInput(
        """
        commit refs/heads/main
        committer Ada <ada@example.com> 1700000000 +0000
        data 6
        change
        %sM 644 inline cluster.yaml
        data %d
        %s
        """
            .formatted(from, spec.length(), spec),
        List.of("git", "-C", repository.toString(), "fast-import", "--quiet", "--force"));
    return Command.run("git", "-C", repository.toString(), "rev-parse", "main").strip();
  }

  /** Nobody can fetch until {@link #showRepository}. */
  void hideRepository() throws IOException {
    Files.move(repository, repository.resolveSibling("away.git"));
  }

  void showRepository() throws IOException {
    Files.move(repository.resolveSibling("away.git"), repository);
  }

  /** Starts the agent, and does not wait for it. */
  void launchAgent() throws Exception {
    agent = host.start(words("agent"));
  }

  /** Starts the agent, and waits until it answers. */
  void startAgent() throws Exception {
    launchAgent();
    Await.until("the agent answers", LIMIT, () -> !ask("status").containsKey("error"));
  }

  /** What systemd does when the agent has died: its children go, then release, then another. */
  void restartAgent() throws Exception {
    cleanUp();
    startAgent();
  }

  /** What systemd does before it starts another. */
  void cleanUp() throws Exception {
    endProcesses("java");
    command("release");
  }

  /** Ends the agent in good order. */
  void stopAgent() throws InterruptedException {
    agent.stop();
  }

  /** As before the first start: no process, no state, no configuration of nginx. */
  void reset() throws Exception {
    seam.off();
    endProcesses("java");
    endProcesses("nginx");
    for (String gone : List.of("state", "run", "nginx.conf", "nginx.pid")) {
      Command.run("rm", "-rf", home.resolve(gone).toString());
    }
    host.ip("addr", "flush", "dev", "eth0");
    host.ip("addr", "add", "10.0.0.51/24", "dev", "eth0");
  }

  /** The namespace is ours alone. Until none is left: nginx's master may start another worker. */
  private void endProcesses(String name) throws Exception {
    Await.until(
        "the end of " + name,
        LIMIT,
        () -> {
          List<ProcessHandle> left = processes(name);
          left.forEach(ProcessHandle::destroyForcibly);
          return left.isEmpty();
        });
  }

  private List<ProcessHandle> processes(String name) throws IOException, InterruptedException {
    List<ProcessHandle> found = new ArrayList<>();
    for (String pid : Command.run("ip", "netns", "pids", host.namespace()).lines().toList()) {
      try {
        if (Files.readString(Path.of("/proc", pid.strip(), "comm")).strip().equals(name)) {
          ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(found::add);
        }
      } catch (IOException e) {
        continue; // it went by itself
      }
    }
    return found;
  }

  /** Runs a vipops command under the seam, to its end whatever it is; returns what it printed. */
  String command(String... command) throws IOException, InterruptedException {
    Running it = host.start(words(command));
    ProcessHandle.of(it.pid()).ifPresent(handle -> handle.onExit().join());
    return it.output();
  }

  private String[] words(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(seam.environment());
    words.add(LAUNCHER);
    words.addAll(List.of(command));
    words.addAll(List.of("--config", home.resolve("agent.yaml").toString()));
    return words.toArray(String[]::new);
  }

  /** Waits until the node holds what it may hold. */
  void awaitActive() throws Exception {
    Await.until(
        "the agent is Active",
        LIMIT,
        () -> String.valueOf(ask("status").get("vrrp")).contains("state=active"));
  }

  /**
   * Waits until nothing of a pass is under way, whose answer comes before its last messages: what
   * the seam counts from here on is the next one's.
   */
  void awaitIdle() throws Exception {
    Await.until(
        "the worker is idle",
        LIMIT,
        () ->
            ask("status").get("agent") instanceof Map<?, ?> it
                && "idle".equals(it.get("worker_step")));
  }

  /** What the configuration that was there before vipops answers; empty: it does not run. */
  String original() throws IOException, InterruptedException {
    return host.exec("sh", "-c", "curl -s -m 2 http://127.0.0.1:8081/ || true").strip();
  }

  String log() {
    return agent == null ? "" : agent.output();
  }

  @Override
  public Map<String, @Nullable Object> ask(String type) throws InterruptedException {
    try {
      return Cluster.ask(home.resolve("run"), type);
    } catch (IOException | ExecutionException | TimeoutException e) {
      return Map.of("error", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    lab.close();
  }
}
