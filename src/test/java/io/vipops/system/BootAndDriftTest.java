package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Cluster;
import io.vipops.lab.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node whose files somebody changes: while it runs, and before it starts. */
@Tag("root")
class BootAndDriftTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  private static String id(Cluster cluster) {
    return cluster.status("lb01", "generation.id");
  }

  private static void awaitApplied(Cluster cluster, String commit) throws Exception {
    Await.until(
        "applied",
        LIMIT,
        () ->
            cluster.status("lb01", "generation.commit").equals(commit)
                && cluster.status("lb01", "generation.phase").equals("applied"));
  }

  private static void awaitEvent(Cluster cluster, String... words) throws Exception {
    Await.until(
        "event " + String.join(" ", words),
        LIMIT,
        () -> {
          String events = cluster.status("lb01", "events");
          return java.util.stream.Stream.of(words).allMatch(events::contains);
        });
  }

  private static String serves(Cluster cluster) throws Exception {
    return cluster.host("lb01").exec("curl", "-s", "-m", "5", "http://" + Cluster.VIP + "/");
  }

  @Test
  void currentAloneBringsANodeUpAndOfATamperedGenerationTheNewestIntactOneDoes() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      String old = cluster.push("old", Specs.classic(1));
      cluster.startAgent("lb01");
      awaitApplied(cluster, old);
      String oldId = id(cluster);
      String young = cluster.push("young", Specs.classic(2));
      awaitApplied(cluster, young);
      String youngId = id(cluster);
      Await.until("VIP", LIMIT, () -> cluster.host("lb01").holds(Cluster.VIP));
      stopAll(cluster);

      // No Git, and nothing of the generation changed: current alone.
      Path git = folder.resolve("lb.git");
      Files.move(git, folder.resolve("away.git"));
      cluster.startAgent("lb01");
      Await.until("VIP", LIMIT, () -> cluster.host("lb01").holds(Cluster.VIP));
      Await.until("nginx serves", LIMIT, () -> serves(cluster).startsWith("b1"));
      Await.until("both halves", LIMIT, () -> id(cluster).equals(youngId));
      stopAll(cluster);

      // One byte of its VRRP half.
      Path vrrp = cluster.home("lb01").resolve("state/generations/" + youngId + "/vrrp.yaml");
      Files.writeString(vrrp, Files.readString(vrrp).replace("priority: 100", "priority: 101"));
      cluster.startAgent("lb01");
      Await.until("VIP", LIMIT, () -> cluster.host("lb01").holds(Cluster.VIP));
      Await.until("nginx serves", LIMIT, () -> serves(cluster).startsWith("b1"));
      assertThat(cluster.status("lb01", "vrrp.0.priority.configured")).isEqualTo("100");
      Await.until("both halves", LIMIT, () -> id(cluster).equals(oldId));
      awaitEvent(cluster, youngId, "is damaged", "generation " + oldId + " is in force again");
      assertThat(cluster.status("lb01", "degraded_by")).contains(youngId, "is damaged");
      assertThat(cluster.agent("lb01").output()).contains("changed on disk: vrrp.yaml");

      // Git is back: the next pass writes the tampered one anew.
      Files.move(folder.resolve("away.git"), git);
      awaitApplied(cluster, young);
      assertThat(id(cluster)).isEqualTo(youngId);
      Await.until("healthy", LIMIT, () -> cluster.status("lb01", "health").equals("healthy"));
      System.out.println(
          "boot from current; tampered " + youngId + " -> " + oldId + " -> repaired");
    }
  }

  private static void stopAll(Cluster cluster) throws Exception {
    cluster.agent("lb01").stop();
    Path pid = cluster.home("lb01").resolve("nginx.pid");
    long master = Long.parseLong(Files.readString(pid).strip());
    Command.run("kill", "-QUIT", Long.toString(master));
    Await.until(
        "nginx ended",
        LIMIT,
        () -> !ProcessHandle.of(master).map(ProcessHandle::isAlive).orElse(false));
    Files.deleteIfExists(cluster.home("lb01").resolve("run/converged")); // as after a boot
  }

  @Test
  void whatIsChangedByHandIsPutBackAndSaid() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      String commit = cluster.push("start", Specs.classic(1));
      cluster.startAgent("lb01");
      awaitApplied(cluster, commit);
      Await.until("VIP", LIMIT, () -> cluster.host("lb01").holds(Cluster.VIP));
      ClientLog client = cluster.startClient(8);
      Await.until("the client is served", LIMIT, () -> client.sent(0) > 20);
      long begunMs = System.currentTimeMillis();
      Path state = cluster.home("lb01").resolve("state");
      String id = id(cluster);
      Path generation = state.resolve("generations/" + id);

      Files.delete(state.resolve("current"));
      Files.createSymbolicLink(state.resolve("current"), Path.of("/nowhere"));
      awaitEvent(cluster, "points at /nowhere", "repaired: points at generations/" + id);
      assertThat(Files.readSymbolicLink(state.resolve("current"))).hasToString("generations/" + id);

      Path conf = generation.resolve("nginx/nginx.conf");
      String text = Files.readString(conf);
      FileTime time = Files.getLastModifiedTime(conf);
      Files.writeString(
          conf, text.replace("weight=1", "weight=7").replace("10.0.0.104", "10.0.0.103"));
      Files.setLastModifiedTime(conf, time);
      awaitEvent(cluster, "changed on disk: nginx/nginx.conf", "repaired: rendered again");
      assertThat(conf).hasContent(text);

      Path link = cluster.home("lb01").resolve("nginx.conf");
      Files.writeString(cluster.home("lb01").resolve("nginx.conf.before-vipops"), "# theirs\n");
      Files.delete(link);
      Files.writeString(link, "# an upgrade's\n");
      awaitEvent(cluster, "is a file, not vipops' link", "is kept as");
      assertThat(cluster.home("lb01").resolve("nginx.conf.replaced-by-vipops"))
          .hasContent("# an upgrade's");
      assertThat(link).isSymbolicLink();

      cluster.host("lb01").ip("addr", "del", Cluster.VIP + "/32", "dev", "eth0");
      awaitEvent(cluster, "was removed by somebody else and is restored");
      assertThat(cluster.status("lb01", "agent.vips_restored")).isEqualTo("1");

      assertThat(client.failed(begunMs).size()).as("the VIP was away").isLessThan(60);
      assertThat(cluster.status("lb01", "generation.reloads")).isEqualTo("0");
    }
  }

  @Test
  void whatIsOnlyToBeReportedIsOnlyReported() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      cluster.configure("lb01", cluster.url(), "1s");
      Files.writeString(
          cluster.configOf("lb01"), Files.readString(cluster.configOf("lb01")) + "drift: report\n");
      String commit = cluster.push("start", Specs.classic(1));
      cluster.startAgent("lb01");
      awaitApplied(cluster, commit);
      Path extra =
          cluster.home("lb01").resolve("state/generations/" + id(cluster) + "/nginx/extra.conf");
      Files.writeString(extra, "");
      Await.until(
          "Drifted",
          LIMIT,
          () ->
              cluster
                  .status("lb01", "degraded_by")
                  .contains("not ours: nginx/extra.conf (drift: report)"));
      assertThat(extra).exists();
      Files.delete(extra);
      Await.until(
          "no drift", LIMIT, () -> !cluster.status("lb01", "degraded_by").contains("extra"));
    }
  }
}
