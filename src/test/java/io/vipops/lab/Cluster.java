package io.vipops.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * vipops as its users run it: two load balancers with the packaged launcher, real nginx, four
 * backends, a client, and a Git repository that is pushed to. VIP 10.0.0.50.
 */
public final class Cluster implements AutoCloseable {
  public static final String VIP = "10.0.0.50";
  private static final Path LAUNCHER = Path.of("target/vipops/bin/vipops").toAbsolutePath();

  private final Path folder;
  private final Lab lab;
  private final Map<String, LabHost> hosts = new LinkedHashMap<>();
  private final Map<String, Running> agents = new LinkedHashMap<>();
  private final LabHost client;

  private Cluster(Path folder, Lab lab) throws IOException, InterruptedException {
    this.folder = folder;
    this.lab = lab;
    hosts.put("lb01", lab.host("lb01", "10.0.0.51/24"));
    hosts.put("lb02", lab.host("lb02", "10.0.0.52/24"));
    client = lab.host("client", "10.0.0.10/24");
    Backends.start(lab, folder);
    git(folder, "init", "-q", "--bare", "-b", "main", "lb.git");
    git(folder, "init", "-q", "-b", "main", "admin");
    git(admin(), "remote", "add", "origin", folder.resolve("lb.git").toString());
  }

  /** Builds the network and the repository; no agent runs yet. */
  public static Cluster create(Path folder) throws IOException, InterruptedException {
    Lab lab = Lab.create();
    try {
      return new Cluster(folder, lab);
    } catch (IOException | InterruptedException | RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  private Path admin() {
    return folder.resolve("admin");
  }

  /** Runs git as the person who changes the cluster. */
  public static String git(Path where, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "git",
                "-C",
                where.toString(),
                "-c",
                "user.name=Ada",
                "-c",
                "user.email=ada@example.com"));
    command.addAll(List.of(arguments));
    return Command.run(command).strip();
  }

  /** Commits {@code spec} as cluster.yaml and pushes it; returns the commit. */
  public String push(String subject, String spec) throws IOException, InterruptedException {
    Files.writeString(admin().resolve("cluster.yaml"), spec);
    git(admin(), "add", "cluster.yaml");
    git(admin(), "commit", "-q", "-m", subject);
    git(admin(), "push", "-q", "origin", "main");
    return git(admin(), "rev-parse", "HEAD");
  }

  public LabHost host(String node) {
    LabHost host = hosts.get(node);
    if (host == null) {
      throw new IllegalArgumentException(node);
    }
    return host;
  }

  /** Where requests to the VIP come from. */
  public LabHost client() {
    return client;
  }

  public Path home(String node) {
    return folder.resolve(node);
  }

  public Path configOf(String node) {
    return home(node).resolve("agent.yaml");
  }

  /** Writes the node's agent.yaml with this repository URL and poll interval. */
  public void configure(String node, String url, String poll) throws IOException {
    Files.createDirectories(home(node).resolve("log"));
    Files.writeString(
        configOf(node),
        """
        version: 1
        node: %1$s
        source: {url: "%2$s", branch: main, path: cluster.yaml, poll: %3$s}
        state_dir: %4$s/state
        run_dir: %4$s/run
        nginx: {config: %4$s/nginx.conf, pid: %4$s/nginx.pid, log_dir: %4$s/log, service: ""}
        """
            .formatted(node, url, poll, home(node)));
  }

  public String url() {
    return "file://" + folder.resolve("lb.git");
  }

  /** Starts the node's agent, configured before or with this repository and {@code poll: 1s}. */
  public Running startAgent(String node) throws IOException {
    if (!Files.exists(configOf(node))) {
      configure(node, url(), "1s");
    }
    Running agent =
        host(node).start(LAUNCHER.toString(), "agent", "--config", configOf(node).toString());
    agents.put(node, agent);
    return agent;
  }

  public Running agent(String node) {
    Running agent = agents.get(node);
    if (agent == null) {
      throw new IllegalStateException("no agent on " + node);
    }
    return agent;
  }

  /** One request to the node's control socket. */
  public Map<String, @Nullable Object> ask(String node, String type)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    return ask(home(node).resolve("run"), type);
  }

  /** One request to the control socket in an agent's run folder. */
  public static Map<String, @Nullable Object> ask(Path runDir, String type)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    return Control.ask(runDir.resolve("control.sock"), type);
  }

  /**
   * A part of the node's status by path, e.g. {@code generation.commit}; "" while there is none.
   */
  public String status(String node, String path) {
    return Control.status(home(node).resolve("run").resolve("control.sock"), path);
  }

  /** Whether the node has proven {@code commit}: in force, and nginx answers with it. */
  public boolean proven(String node, String commit) throws IOException {
    Path journal = home(node).resolve("state").resolve("journal");
    if (!Files.exists(journal)) {
      return false;
    }
    String text = Files.readString(journal);
    return text.contains(commit) && (text.contains("\"settle\"") || text.contains("\"applied\""));
  }

  /** Waits until both nodes have proven {@code commit}. */
  public Duration awaitProven(String commit) throws Exception {
    return Await.until(
        commit + " proven on both nodes",
        Duration.ofSeconds(30),
        () -> proven("lb01", commit) && proven("lb02", commit));
  }

  /** Starts both agents and waits until lb01 holds the VIP and both have applied {@code commit}. */
  public void startBoth(String commit) throws Exception {
    startAgent("lb01");
    startAgent("lb02");
    awaitProven(commit);
    Await.until("VIP on lb01", Duration.ofSeconds(30), () -> host("lb01").holds(VIP));
  }

  /** Starts a client that asks the VIP every {@code pauseMs}. */
  public ClientLog startClient(int pauseMs) throws IOException {
    return ClientLog.start(client, VIP, folder, pauseMs);
  }

  /** What a vipops command of the launcher's printed and returned. */
  public record Outcome(int code, String output) {}

  /** Runs a vipops command on a node, with the node's agent.yaml. */
  public Outcome vipops(String node, String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", host(node).namespace()));
    words.add(LAUNCHER.toString());
    words.addAll(List.of(command));
    words.addAll(List.of("--config", configOf(node).toString()));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output);
  }

  @Override
  public void close() {
    lab.close();
  }
}
