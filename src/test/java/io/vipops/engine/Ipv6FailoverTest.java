package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two engines on two hosts that want fe80::50 and fd00::50, adverts every second. */
@Tag("root")
class Ipv6FailoverTest {
  private static final String VIP = "fd00::50";
  private static final String VIPS = "vips=fe80::50/64,fd00::50/64";

  private Pair pair;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair().withIpv6();
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  @Test
  void aKilledActiveIsReplacedInTimeAndClientsLearnItAtOnce() throws Exception {
    LabHost client = pair.lab.host("client", "10.0.0.9/24");
    client.enableIpv6();
    client.ip("addr", "add", "fd00::9/64", "dev", "eth0", "nodad");
    Running a = pair.node(pair.a, "priority=100", VIPS);
    Running b = pair.node(pair.b, "priority=90", VIPS);
    pair.awaitHolder(VIP, pair.a, a, b);
    awaitOutput(b, "applied");
    String from = pair.a.linkLocal();
    client.exec("ping", "-6", "-qc1", "-W2", VIP);
    try (Holders holders = new Holders(pair, VIP)) {
      long killedNs = System.nanoTime();
      a.kill();
      pair.awaitHolder(VIP, pair.b, a, b);
      // The client's entry for the old MAC would be believed for half a minute.
      client.exec("ping", "-6", "-qc1", "-i0.01", "-W1", VIP);
      Duration took = Duration.ofNanos(System.nanoTime() - killedNs);
      assertThat(took).isLessThan(Duration.ofMillis(3750));
      assertThat(pair.a.holds(VIP)).isFalse();
      assertThat(pair.a.holds("fe80::50")).isFalse();
      assertThat(pair.b.holds("fe80::50")).isTrue();
      assertThat(holders.both()).isZero();
      assertThat(holders.moves()).isEqualTo(1);
    }
    assertThat(b.output()).contains("BACKUP -> ACTIVE: no advert from " + from + " for 3.6");
  }

  @Test
  void aCleanStopMovesTheAddressWithinTheSkewAndThePreemptingNodeGetsItBack() throws Exception {
    Running a = pair.node(pair.a, "priority=100", VIPS);
    Running b = pair.node(pair.b, "priority=90", VIPS);
    pair.awaitHolder(VIP, pair.a, a, b);
    awaitOutput(b, "applied");
    String from = pair.a.linkLocal();
    try (Holders holders = new Holders(pair, VIP)) {
      long stoppedNs = System.nanoTime();
      a.signal("TERM");
      pair.awaitHolder(VIP, pair.b, a, b);
      // Skew_Time at priority 90 is 0.65 s.
      assertThat(System.nanoTime() - stoppedNs).isLessThan(2_000_000_000L);
      awaitOutput(b, from + " resigned (priority 0)");
      Running again = pair.node(pair.a, "priority=100", VIPS);
      pair.awaitHolder(VIP, pair.a, again, b);
      Await.until("b lets go", SOON, () -> !pair.b.holds(VIP));
      assertThat(holders.moves()).isEqualTo(2);
    }
    assertThat(b.output()).doesNotContain("discarded");
  }
}
