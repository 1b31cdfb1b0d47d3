package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Another host has the Active's address, and says so to the LAN. Adverts every 100 ms. */
@Tag("root")
class ClaimTest {
  private Pair pair;
  private LabHost other;
  private String mac;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair();
    other = pair.b;
    mac = other.exec("cat", "/sys/class/net/eth0/address").strip();
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  private void toldAndDefended(String address, Running node, Running capture, String said)
      throws Exception {
    awaitOutput(node, address + " is also claimed by " + mac + ": find the host with that MAC");
    String own = pair.a.exec("cat", "/sys/class/net/eth0/address").strip();
    Await.until(
        "defended",
        SOON,
        () -> capture.output().lines().anyMatch(it -> it.contains(own) && it.contains(said)));
    assertThat(node.output()).doesNotContain("ACTIVE -> ").doesNotContain("Exception");
  }

  /** What the node says by itself must be over: all that follows is defence. */
  private Running capture(String what) throws Exception {
    Running capture = other.start("tcpdump", "-i", "eth0", "-n", "-e", "-l", what);
    awaitOutput(capture, "listening on");
    return capture;
  }

  @Test
  void anAddressClaimedByArpIsDefendedAndTold() throws Exception {
    Running node = pair.node(pair.a, "interval_ms=100", "garp=1:0:0");
    pair.awaitHolder(pair.a, node);
    Running capture = capture("arp");
    other.ip("addr", "add", "10.0.0.50/32", "dev", "eth0");
    Running ping = other.start("ping", "-I", "10.0.0.50", "-i", "0.5", "10.0.0.77");
    toldAndDefended("10.0.0.50", node, capture, " tell 10.0.0.50,");
    ping.stop();
  }

  @Test
  void anIpv6AddressClaimedByNeighborAdvertisementIsDefendedAndTold() throws Exception {
    pair.withIpv6();
    Running node =
        pair.node(pair.a, "interval_ms=100", "vips=fe80::50/64,fd00::50/64", "garp=1:0:0");
    pair.awaitHolder("fd00::50", pair.a, node);
    Running capture = capture("icmp6[0] == 136");
    Running claimant = other.java(Claimant.class, List.of("-Xmx16m"), "fd00::50");
    toldAndDefended("fd00::50", node, capture, "neighbor advertisement, tgt is fd00::50");
    claimant.stop();
  }
}
