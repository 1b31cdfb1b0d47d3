package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;

import io.vipops.lab.Await;
import io.vipops.lab.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What another interface than the instance's own decides. Adverts every 100 ms. */
@Tag("root")
class TrackInterfaceTest {
  private Pair pair;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair();
    pair.a.addEthernet(1);
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  private Running better(String tracked) throws Exception {
    Running node =
        pair.node(pair.a, "interval_ms=100", "priority=100", "track_interfaces=" + tracked);
    pair.awaitHolder(pair.a, node);
    return node;
  }

  @Test
  void lostCarrierIsAFaultThatNamesItAndEndsWithIt() throws Exception {
    Running a = better("eth1:0");
    Running b = pair.node(pair.b, "interval_ms=100", "priority=90");
    awaitOutput(b, "applied");
    pair.a.ip("link", "set", "cable1", "down");
    awaitOutput(a, "ACTIVE -> FAULT: interface eth1 has no carrier");
    pair.awaitHolder(pair.b, a, b);
    Await.until("a lets go", SOON, () -> !pair.a.holds(VIP));
    pair.a.ip("link", "set", "cable1", "up");
    awaitOutput(a, "FAULT -> BACKUP");
    pair.awaitHolder(pair.a, a, b);
  }

  @Test
  void switchedOffOrTakenAwayCountsAsDown() throws Exception {
    Running a = better("eth1:0");
    pair.a.ip("link", "set", "eth1", "down");
    awaitOutput(a, "ACTIVE -> FAULT: interface eth1 is down");
    pair.a.ip("link", "set", "eth1", "up");
    pair.awaitHolder(pair.a, a);
    pair.a.ip("link", "del", "eth1");
    awaitOutput(a, "ACTIVE -> FAULT: interface eth1");
    a.tell("status");
    awaitOutput(a, "problem=interface eth1 does not exist");
    pair.a.addEthernet(1);
    pair.awaitHolder(pair.a, a);
  }

  @Test
  void withAWeightTheVipGoesToWhoIsBetterNow() throws Exception {
    Running a = better("eth1:-20");
    Running b = pair.node(pair.b, "interval_ms=100", "priority=90");
    awaitOutput(b, "applied");
    pair.a.ip("link", "set", "cable1", "down");
    awaitOutput(a, "ACTIVE -> BACKUP: 10.0.0.52 advertised priority 90, ours is 80");
    pair.awaitHolder(pair.b, a, b);
    pair.a.ip("link", "set", "cable1", "up");
    pair.awaitHolder(pair.a, a, b);
  }

  @Test
  void oneThatIsMissingAtTheStartIsWaitedFor() throws Exception {
    Running a = pair.node(pair.a, "interval_ms=100", "track_interfaces=eth7:0");
    awaitOutput(a, "INIT -> FAULT: interface eth7 does not exist");
    pair.a.addEthernet(7);
    pair.awaitHolder(pair.a, a);
    a.tell("apply track_interfaces=eth8:0");
    awaitOutput(a, "ACTIVE -> FAULT: interface eth8 does not exist");
    a.tell("apply track_interfaces=eth7:0");
    pair.awaitHolder(pair.a, a);
  }
}
