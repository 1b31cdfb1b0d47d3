package io.vipops.engine;

import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Running;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two engines on two hosts, adverts every second. */
@Tag("root")
class FailoverTest {
  @Test
  void theBetterNodeHoldsTheAddressAndAKilledOneIsReplacedInTime() throws Exception {
    try (Pair pair = new Pair()) {
      Running a = pair.node(pair.a, "priority=100");
      Running b = pair.node(pair.b, "priority=90");
      pair.awaitHolder(pair.a, a, b);
      awaitOutput(b, "applied");
      try (Holders holders = new Holders(pair)) {
        long killedNs = System.nanoTime();
        a.kill();
        pair.awaitHolder(pair.b, a, b);
        pair.a.exec("ping", "-qc1", "-W2", "10.0.0.52");
        Duration took = Duration.ofNanos(System.nanoTime() - killedNs);
        assertThat(took).isLessThan(Duration.ofMillis(3750));
        assertThat(pair.a.holds(VIP)).isFalse();
        assertThat(holders.both()).isZero();
        assertThat(holders.moves()).isEqualTo(1);
      }
    }
  }
}
