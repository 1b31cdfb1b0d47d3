package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Cluster;
import io.vipops.lab.Command;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the file systems of a load balancer do to it, under a client's eyes. */
@Tag("root")
class StorageFaultTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private Path disk;
  private Path state;
  private Cluster cluster;
  private ClientLog client;
  private long begunMs;
  private int weight = 1;

  @AfterEach
  void close() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
    for (Path mounted : List.of(disk, folder.resolve("lb01/run"), folder.resolve("lb01/log"))) {
      new ProcessBuilder("umount", "-l", mounted.toString()).start().waitFor();
    }
  }

  private void start() throws Exception {
    cluster = Cluster.create(folder);
    disk = cluster.home("lb01").resolve("disk");
    state = disk.resolve("state");
    cluster.configure("lb01", cluster.url(), "1s");
    mount(disk, "size=24m,nr_inodes=2000");
    mount(cluster.home("lb01").resolve("run"), "size=512k,nr_inodes=100");
    mount(cluster.home("lb01").resolve("log"), "size=64k,nr_inodes=100");
    Path config = cluster.configOf("lb01");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("state_dir: " + cluster.home("lb01") + "/state", "state_dir: " + state));
    cluster.startAgent("lb01");
    cluster.startAgent("lb02");
    String first = push();
    Await.until("proven", LIMIT, () -> applied(first) && cluster.proven("lb02", first));
    Await.until("VIP on lb01", LIMIT, () -> cluster.host("lb01").holds(Cluster.VIP));
    client = cluster.startClient(8);
    Await.until("the client is served", LIMIT, () -> client.sent(0) > 20);
    begunMs = System.currentTimeMillis();
  }

  private static void mount(Path where, String options) throws Exception {
    Files.createDirectories(where);
    Command.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", where.toString());
  }

  private String push() throws Exception {
    weight++;
    return cluster.push("weight " + weight, Specs.classic(weight));
  }

  private boolean applied(String commit) {
    return cluster.status("lb01", "git.applied").equals(commit)
        && cluster.status("lb01", "generation.phase").equals("applied");
  }

  private String stalled() throws Exception {
    Object conditions = cluster.ask("lb01", "status").get("conditions");
    for (Object it : (List<?>) conditions) {
      Map<?, ?> condition = (Map<?, ?>) it;
      if (condition.get("type").equals("Stalled") && Boolean.TRUE.equals(condition.get("status"))) {
        return String.valueOf(condition.get("message"));
      }
    }
    return "";
  }

  private interface Fault {
    void happen() throws Exception;
  }

  private long logLines() {
    return cluster.agent("lb01").output().lines().count();
  }

  /** A push that cannot be taken, until it can. */
  private void endures(String name, String says, Fault fault, Fault mend) throws Exception {
    String worker = cluster.status("lb01", "agent.worker_pid");
    String restarts = cluster.status("lb01", "agent.worker_restarts");
    String journal = Files.readString(state.resolve("journal"));
    String current = Files.readSymbolicLink(state.resolve("current")).toString();
    fault.happen();
    String commit = push();
    Duration seen =
        Await.until(name + ": Stalled says " + says, LIMIT, () -> stalled().contains(says));
    String line = stalled();
    Await.until(name + ": quiet", LIMIT, this::isQuiet);
    long before = logLines();
    long tries = countTries();
    Thread.sleep(5000); // counts what happens in a time: there is no condition to wait for
    long logged = logLines() - before;
    assertThat(countTries() - tries).as("tries in 5 s").isLessThan(12);
    assertThat(logged).as("log lines in 5 s: " + cluster.agent("lb01").output()).isLessThan(5);
    assertThat(line).doesNotContain("\n").contains(disk.toString());
    if (Files.exists(state)) {
      assertThat(Files.readString(state.resolve("journal"))).as("journal").isEqualTo(journal);
      assertThat(Files.readSymbolicLink(state.resolve("current"))).hasToString(current);
    }
    mend.happen();
    Duration recovered = Await.until(name + ": applied", LIMIT, () -> applied(commit));
    Await.until(name + ": not Stalled", LIMIT, () -> stalled().isEmpty());
    System.out.printf(
        "%s: said after %d ms (%s); %d log lines in 5 s; recovered %d ms after the cause went%n",
        name, seen.toMillis(), line, logged, recovered.toMillis());
    assertThat(cluster.status("lb01", "agent.worker_pid")).as("worker").isEqualTo(worker);
    assertThat(cluster.status("lb01", "agent.worker_restarts")).isEqualTo(restarts);
    assertThat(client.failed(begunMs)).as(name).isEmpty();
  }

  /** JGit shows a failed fetch from a folder as a stack trace, beside the log: once. */
  private boolean isQuiet() throws Exception {
    long before = logLines();
    Thread.sleep(1500); // nothing to wait for: that nothing comes
    return logLines() == before;
  }

  private long countTries() {
    return cluster.agent("lb01").output().lines().filter(l -> l.contains("failed")).count();
  }

  @Test
  void theLastGoodConfigurationServesWhateverTheDiskDoes() throws Exception {
    start();
    String holder = cluster.status("lb01", "vrrp.0.transitions");
    Path filler = disk.resolve("filler");
    endures(
        "disk full", "no space left on " + state, () -> fill(filler), () -> Files.delete(filler));
    Path many = disk.resolve("many");
    endures(
        "no inodes",
        "no inodes left on " + state,
        () -> exhaust(many),
        () -> Command.run("rm", "-rf", many.toString()));
    endures(
        "read-only",
        state + " is read-only",
        () -> {
          // As after an error of the disk: nobody asks the files that are open.
          onAgent("mount", "--bind", state.toString(), state.toString());
          onAgent("mount", "-o", "remount,bind,ro", state.toString());
        },
        () -> onAgent("umount", state.toString()));
    endures(
        "lost permission",
        "permission denied in " + state,
        () ->
            Command.run(
                "find", state.toString(), "!", "-type", "l", "-exec", "chattr", "+i", "{}", "+"),
        () ->
            Command.run(
                "find", state.toString(), "!", "-type", "l", "-exec", "chattr", "-i", "{}", "+"));
    Path away = disk.resolve("away");
    endures(
        "state_dir gone",
        state + " is not the folder that the agent started with",
        () -> Files.move(state, away),
        () -> Files.move(away, state));
    assertThat(cluster.status("lb01", "vrrp.0.transitions")).isEqualTo(holder);
    System.out.printf(
        "%d requests, %d failed%n", client.sent(begunMs), client.failed(begunMs).size());
  }

  @Test
  void fullRunAndLogFoldersNeitherKeepAnAgentFromItsVipsNorACommitFromItsNode() throws Exception {
    start();
    Path log = cluster.home("lb01").resolve("log/filler");
    fill(log);
    String commit = push();
    Await.until("applied with nginx's log folder full", LIMIT, () -> applied(commit));
    Path run = cluster.home("lb01").resolve("run");
    exhaust(run.resolve("many"));
    fill(run.resolve("filler"));
    String second = push();
    Await.until("applied with the run folder full", LIMIT, () -> applied(second));
    assertThat(client.failed(begunMs)).isEmpty();
    assertThat(cluster.host("lb01").holds(Cluster.VIP)).isTrue();

    cluster.agent("lb01").stop();
    Files.deleteIfExists(run.resolve("control.sock"));
    exhaust(run.resolve("many"));
    cluster.startAgent("lb01");
    Await.until("VIP without a run folder", LIMIT, () -> cluster.host("lb01").holds(Cluster.VIP));
    assertThat(cluster.agent("lb01").output())
        .contains("no control socket: no inodes left on " + run);
    assertThat(run.resolve("control.sock")).doesNotExist();
    Command.run("rm", "-rf", run.resolve("many").toString(), run.resolve("filler").toString());
    Await.until("the control socket", LIMIT, () -> applied(second));
    System.out.println(
        "run and log folder full: 2 commits applied, VIP up at a start, then status");
  }

  @Test
  void aReadOnlyStateFolderKeepsNoNodeFromComingUp() throws Exception {
    start();
    cluster.agent("lb01").stop();
    Command.run("mount", "-o", "remount,ro", disk.toString());
    cluster.startAgent("lb01");
    Await.until("VIP", LIMIT, () -> cluster.host("lb01").holds(Cluster.VIP));
    Await.until("said", LIMIT, () -> stalled().contains(state + " is read-only"));
    String commit = push();
    onAgent("mount", "-o", "remount,rw", disk.toString());
    try {
      Await.until("applied", LIMIT, () -> applied(commit));
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + cluster.agent("lb01").output() + cluster.ask("lb01", "status"), e);
    }
  }

  /** In the agent's mount namespace. */
  private void onAgent(String... command) throws Exception {
    List<String> full = new ArrayList<>();
    full.addAll(List.of("nsenter", "-m", "-t", Long.toString(cluster.agent("lb01").pid())));
    full.addAll(List.of(command));
    Command.run(full);
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left on device");
    }
  }

  private static void exhaust(Path many) throws IOException {
    try {
      Files.createDirectories(many);
      for (int n = 0; ; n++) {
        Files.createFile(many.resolve(Long.toString(System.nanoTime()) + n));
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left on device");
    }
  }
}
