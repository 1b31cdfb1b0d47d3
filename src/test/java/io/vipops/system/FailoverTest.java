package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class FailoverTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  private Cluster cluster;

  @BeforeEach
  void create() throws Exception {
    cluster = Cluster.create(folder);
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private boolean onlyHolder(String node) throws IOException, InterruptedException {
    String other = node.equals("lb01") ? "lb02" : "lb01";
    return cluster.host(node).holds(Cluster.VIP) && !cluster.host(other).holds(Cluster.VIP);
  }

  private long transitions(String node) {
    return Long.parseLong(cluster.status(node, "vrrp.0.transitions"));
  }

  private void endNginx(String node) throws IOException, InterruptedException {
    io.vipops.lab.Command.run(
        "kill", Files.readString(cluster.home(node).resolve("nginx.pid")).strip());
  }

  private void startNginx(String node) throws IOException, InterruptedException {
    cluster.host(node).exec("nginx", "-c", cluster.home(node).resolve("nginx.conf").toString());
  }

  @Test
  void aFailedCheckMovesTheVipAndPreemptDelayBringsItBack() throws Exception {
    cluster.startBoth(cluster.push("start", Specs.classic(1)));
    long before = transitions("lb01");
    endNginx("lb01");
    Await.until("VIP on lb02 alone", SOON, () -> onlyHolder("lb02"));
    assertThat(cluster.status("lb02", "vrrp.0.reason"))
        .isEqualTo("10.0.0.51 degraded: 70 of 100, ours is 90");
    assertThat(cluster.status("lb01", "vrrp.0.priority.effective")).isEqualTo("70");
    assertThat(cluster.vipops("lb01", "status").code()).isEqualTo(1);

    startNginx("lb01");
    Await.until("VIP back on lb01 alone", SOON, () -> onlyHolder("lb01"));
    assertThat(transitions("lb01")).as("away and back").isEqualTo(before + 2);
    assertThat(cluster.vipops("lb01", "status").code()).isZero();
  }

  @Test
  void withoutPreemptTheVipStaysWhereItWent() throws Exception {
    String commit = cluster.push("start", Specs.classic(1, "preempt: false", ""));
    cluster.startAgent("lb01");
    Await.until("VIP on lb01", SOON, () -> cluster.host("lb01").holds(Cluster.VIP));
    cluster.startAgent("lb02"); // the second one up finds an Active and leaves it alone
    cluster.awaitProven(commit);
    endNginx("lb01");
    Await.until("VIP on lb02 alone", SOON, () -> onlyHolder("lb02"));
    String moves = cluster.status("lb02", "vrrp.0.transitions");
    startNginx("lb01");
    Await.until(
        "lb01 is whole again",
        SOON,
        () -> cluster.status("lb01", "vrrp.0.priority.effective").equals("100"));
    long seen = Long.parseLong(cluster.status("lb01", "vrrp.0.counters.received"));
    Await.until(
        "five more adverts of lb02",
        SOON,
        () -> Long.parseLong(cluster.status("lb01", "vrrp.0.counters.received")) >= seen + 5);
    assertThat(onlyHolder("lb02")).isTrue();
    assertThat(cluster.status("lb02", "vrrp.0.transitions")).isEqualTo(moves);
  }

  @Test
  void aKilledAgentLosesItsVipByTheKernelBeforeTheBackupTakesOver() throws Exception {
    cluster.startBoth(cluster.push("start", Specs.classic(1)));
    ClientLog client = cluster.startClient(8);
    Await.until("the client is served", SOON, () -> client.sent(0) > 20);
    long killedMs = System.currentTimeMillis();
    cluster.agent("lb01").kill();

    boolean both = false;
    while (!cluster.host("lb02").holds(Cluster.VIP)) {
      assertThat(System.currentTimeMillis() - killedMs).as("ms until takeover").isLessThan(10_000);
    }
    both = cluster.host("lb01").holds(Cluster.VIP);
    Await.until("answers again", SOON, () -> client.backends(killedMs + 3000).size() >= 1);

    System.out.printf(
        "kill -9 of the Active: %d ms without an answer%n", client.gapMs(killedMs - 100));
    assertThat(both).as("both nodes hold the VIP").isFalse();
    assertThat(client.gapMs(killedMs - 100))
        .isLessThanOrEqualTo(3750 + 300); // + one probe's timeout
  }

  @Test
  void drainAndMaintenanceHandOverAndHoldKeepsWhatRuns() throws Exception {
    cluster.startBoth(cluster.push("start", Specs.classic(1)));
    assertThat(cluster.vipops("lb01", "drain").code()).isZero();
    Await.until("VIP on lb02 alone", SOON, () -> onlyHolder("lb02"));
    assertThat(cluster.vipops("lb01", "undrain").code()).isZero();
    Await.until("VIP back on lb01", SOON, () -> onlyHolder("lb01"));

    cluster.awaitProven(
        cluster.push(
            "lb01 to maintenance", Specs.classic(1, "preempt_delay: 2s", ", maintenance: true")));
    Await.until("VIP on lb02 alone", SOON, () -> onlyHolder("lb02"));
    String held = cluster.push("hold lb01", Specs.classic(1, "preempt_delay: 2s", ", hold: true"));
    Await.until("lb02 takes it", SOON, () -> cluster.proven("lb02", held));
    String meanwhile =
        cluster.push("held commit", Specs.classic(7, "preempt_delay: 2s", ", hold: true"));
    Await.until("lb02 takes it", SOON, () -> cluster.proven("lb02", meanwhile));
    assertThat(cluster.ask("lb01", "sync").get("outcome")).isEqualTo("held");
    String released = cluster.push("release lb01", Specs.classic(8));
    cluster.awaitProven(released);
  }
}
