package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Running;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens to the interface under an engine. Adverts every 100 ms. */
@Tag("root")
class LinkTest {
  @Test
  void aPulledCableIsAFaultAndTheBackupTakesOverUntilItIsBack() throws Exception {
    try (Pair pair = new Pair()) {
      Running a = pair.node(pair.a, "interval_ms=100", "priority=100");
      pair.awaitHolder(pair.a, a);
      Running b = pair.node(pair.b, "interval_ms=100", "priority=90");
      awaitOutput(b, "applied");
      pair.a.unplug();
      awaitOutput(a, "ACTIVE -> FAULT: interface eth0 has no carrier");
      pair.awaitHolder(pair.b, a, b);
      Await.until("a lets go", SOON, () -> !pair.a.holds(VIP));
      pair.a.plug();
      awaitOutput(a, "FAULT -> BACKUP: interface eth0 serves again");
      pair.awaitHolder(pair.a, a, b);
      Await.until("b lets go", SOON, () -> !pair.b.holds(VIP));
    }
  }

  @Test
  void theNodesOwnAddressRemovedIsAFaultUntilItIsBack() throws Exception {
    try (Pair pair = new Pair()) {
      Running a = pair.node(pair.a, "interval_ms=100");
      pair.awaitHolder(pair.a, a);
      pair.a.ip("addr", "del", "10.0.0.51/24", "dev", "eth0");
      awaitOutput(a, "ACTIVE -> FAULT: 10.0.0.51 is not on interface eth0");
      Await.until("VIP gone", SOON, () -> !pair.a.holds(VIP));
      pair.a.ip("addr", "add", "10.0.0.51/24", "dev", "eth0");
      awaitOutput(a, "FAULT -> BACKUP");
      pair.awaitHolder(pair.a, a);
    }
  }

  @Test
  void anInterfaceThatIsMadeAgainIsHeardAgain() throws Exception {
    try (Pair pair = new Pair()) {
      Running b = pair.node(pair.b, "interval_ms=100", "priority=200");
      pair.awaitHolder(pair.b, b);
      Running a = pair.node(pair.a, "interval_ms=100");
      awaitOutput(a, "applied");
      pair.a.replaceInterface("10.0.0.51/24");
      awaitOutput(a, "BACKUP -> FAULT: interface eth0");
      awaitOutput(a, "FAULT -> BACKUP");
      // Deaf, it would take over after 0.4 s; heard, it stays.
      Await.until(
          "hears b",
          SOON,
          () -> {
            a.tell("status");
            return a.output().contains("activePeer=10.0.0.52");
          });
      assertThat(a.output()).doesNotContain("-> ACTIVE");
      b.stop();
      pair.awaitHolder(pair.a, a, b);
    }
  }

  @Test
  void anInterfaceThatIsMissingAtTheStartIsWaitedFor() throws Exception {
    try (Pair pair = new Pair()) {
      pair.a.ip("link", "set", "eth0", "down");
      pair.a.ip("link", "set", "eth0", "name", "other0");
      Running a = pair.node(pair.a, "interval_ms=100");
      awaitOutput(a, "dry run: instance web: interface eth0 does not exist on this host");
      awaitOutput(a, "INIT -> FAULT: interface eth0 does not exist");
      pair.a.ip("link", "set", "other0", "name", "eth0");
      pair.a.ip("link", "set", "eth0", "up");
      pair.awaitHolder(pair.a, a);
    }
  }
}
