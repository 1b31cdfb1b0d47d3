package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import io.vipops.vrrp.Recording;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two engines on two hosts, adverts every second. */
@Tag("root")
class FailoverTest {
  @Test
  void aKilledActiveIsReplacedInTimeAndNeverBothHoldTheAddress() throws Exception {
    try (Pair pair = new Pair()) {
      LabHost client = pair.lab.host("client", "10.0.0.9/24");
      Running a = pair.node(pair.a, "priority=100");
      Running b = pair.node(pair.b, "priority=90");
      pair.awaitHolder(pair.a, a, b);
      awaitOutput(b, "applied");
      client.exec("ping", "-qc1", "-W2", VIP);
      try (Holders holders = new Holders(pair)) {
        long killedNs = System.nanoTime();
        a.kill();
        pair.awaitHolder(pair.b, a, b);
        client.exec("ping", "-qc1", "-i0.01", "-W1", VIP);
        Duration took = Duration.ofNanos(System.nanoTime() - killedNs);
        assertThat(took).isLessThan(Duration.ofMillis(3750));
        assertThat(pair.a.holds(VIP)).isFalse();
        assertThat(holders.both()).isZero();
        assertThat(holders.moves()).isEqualTo(1);
      }
      assertThat(b.output()).contains("BACKUP -> ACTIVE: no advert from 10.0.0.51 for 3.6");
    }
  }

  @Test
  void aCleanStopMovesTheAddressWithinTheSkewAndThePreemptingNodeGetsItBack() throws Exception {
    try (Pair pair = new Pair()) {
      Running a = pair.node(pair.a, "priority=100");
      Running b = pair.node(pair.b, "priority=90");
      pair.awaitHolder(pair.a, a, b);
      awaitOutput(b, "applied");
      try (Holders holders = new Holders(pair)) {
        long stoppedNs = System.nanoTime();
        a.signal("TERM");
        pair.awaitHolder(pair.b, a, b);
        // Skew_Time at priority 90 is 0.65 s.
        assertThat(System.nanoTime() - stoppedNs).isLessThan(2_000_000_000L);
        Running again = pair.node(pair.a, "priority=100");
        pair.awaitHolder(pair.a, again, b);
        Await.until("b lets go", SOON, () -> !pair.b.holds(VIP));
        assertThat(holders.moves()).isEqualTo(2);
      }
    }
  }

  @Test
  void recordedItReplaysToTheSameEffects(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("a");
    try (Pair pair = new Pair()) {
      Running a = pair.node(pair.a, "priority=100", "record=" + file);
      Running b = pair.node(pair.b, "priority=90");
      pair.awaitHolder(pair.a, a, b);
      awaitOutput(b, "applied");
      a.tell("apply effective=70 vips=10.0.0.50/24,10.0.0.60/24");
      pair.awaitHolder(pair.b, a, b);
      awaitOutput(a, "ACTIVE -> BACKUP"); // b holds the address a moment before it has told a
      a.tell("apply effective=100");
      pair.awaitHolder(pair.a, a, b);
      a.signal("TERM");
      pair.awaitHolder(pair.b, a, b);
      Await.until("a is gone", SOON, () -> !a.isAlive());
    }
    List<String> lines = Files.readAllLines(file);
    Recording.replay(lines);
    assertThat(lines.stream().filter(line -> line.startsWith("[")).map(line -> line.split("\"")[1]))
        .contains("router", "start", "timer", "advert", "instance", "stop");
    assertThat(lines.stream().filter(line -> line.contains("-> ACTIVE"))).hasSize(2);
    assertThat(lines).anyMatch(line -> line.contains("ACTIVE -> INIT: the agent stops"));
  }

  @Test
  void aLowerEffectivePriorityMovesTheAddressAndItsRecoveryMovesItBack() throws Exception {
    try (Pair pair = new Pair()) {
      Running a = pair.node(pair.a, "priority=100");
      Running b = pair.node(pair.b, "priority=90");
      pair.awaitHolder(pair.a, a, b);
      awaitOutput(b, "applied");
      a.tell("apply effective=70");
      pair.awaitHolder(pair.b, a, b);
      a.tell("apply effective=100");
      pair.awaitHolder(pair.a, a, b);
      Await.until("b lets go", SOON, () -> !pair.b.holds(VIP));
    }
  }

  @Test
  void anActiveThatWasStoppedObeysItsSuccessorBeforeItSpeaks() throws Exception {
    try (Pair pair = new Pair()) {
      Running a = pair.node(pair.a, "priority=100");
      Running b = pair.node(pair.b, "priority=90");
      pair.awaitHolder(pair.a, a, b);
      awaitOutput(b, "applied");
      try (Holders holders = new Holders(pair)) {
        a.signal("STOP");
        pair.awaitHolder(pair.b, a, b);
        assertThat(pair.a.holds(VIP)).isFalse();
        a.signal("CONT");
        awaitOutput(a, "ACTIVE -> BACKUP");
        // It is the better one, so it comes back in the end, in order.
        pair.awaitHolder(pair.a, a, b);
        Await.until("b lets go", SOON, () -> !pair.b.holds(VIP));
        assertThat(holders.moves()).isEqualTo(2);
      }
    }
  }
}
