package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.vipops.lab.Await;
import io.vipops.lab.Running;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

/** Gratuitous ARP as the neighbours hear it. Adverts every 100 ms, which is the tests' clock. */
@Tag("root")
@Execution(CONCURRENT) // it waits more than it works
class GarpTest {
  @TempDir Path folder;

  @Test
  void withNoDelayAndNoRefreshItIsOneBurstOfAsManyAsWanted() throws Exception {
    try (Pair pair = new Pair()) {
      Capture arps = new Capture(pair.b, folder.resolve("arp.pcap"), "arp host " + VIP);
      Capture adverts = new Capture(pair.b, folder.resolve("vrrp.pcap"), "ip proto 112");
      Running node = pair.node(pair.a, "interval_ms=100", "garp=3:0:0");
      pair.awaitHolder(pair.a, node);
      Await.until("6 s of adverts", SOON, () -> adverts.frames().size() >= 60);
      assertThat(arps.frames()).hasSize(3);
    }
  }

  @Test
  void theRefreshGoesOnWhileActiveAndCanBeSwitchedOff() throws Exception {
    try (Pair pair = new Pair()) {
      Capture arps = new Capture(pair.b, folder.resolve("arp.pcap"), "arp host " + VIP);
      Capture adverts = new Capture(pair.b, folder.resolve("vrrp.pcap"), "ip proto 112");
      Running node = pair.node(pair.a, "interval_ms=100", "garp=1:0:1");
      pair.awaitHolder(pair.a, node);
      Await.until("one and three refreshes", SOON, () -> arps.frames().size() >= 4);
      int seconds = adverts.frames().size() / 10;
      assertThat(arps.frames().size()).isBetween(seconds, seconds + 2);
      node.tell("apply garp=1:0:0");
      Await.until("applied", SOON, () -> node.output().split("applied", -1).length == 3);
      int before = arps.frames().size();
      int advertsBefore = adverts.frames().size();
      Await.until("3 s more", SOON, () -> adverts.frames().size() >= advertsBefore + 30);
      assertThat(arps.frames().size()).isBetween(before, before + 1);
      assertThat(node.output()).doesNotContain("ACTIVE -> BACKUP");
    }
  }
}
