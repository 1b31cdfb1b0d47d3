package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.engine.Capture;
import io.vipops.engine.Holders;
import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import io.vipops.lab.LabHost;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Active's agent is stopped with SIGSTOP, as by a debugger or a frozen machine. */
@Tag("root")
class StoppedAgentTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** {@code vip_lease: auto} at adverts every second, and how late the kernel may end it. */
  private static final long LEASE_US = 3_000_000;

  private static final long KERNEL_US = 400_000;

  @TempDir Path folder;

  private static long nowUs() {
    return microseconds(Instant.now());
  }

  private static long microseconds(Instant at) {
    return at.getEpochSecond() * 1_000_000 + at.getNano() / 1000;
  }

  @Test
  void theKernelTakesItsVipAndAfterwardsItObeysWhoeverIsActive() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      LabHost lb01 = cluster.host("lb01");
      String commit = cluster.push("start", Specs.classic(1, "preempt: false", ""));
      cluster.startAgent("lb01");
      Await.until("VIP on lb01", SOON, () -> lb01.holds(Cluster.VIP));
      cluster.startAgent("lb02");
      cluster.awaitProven(commit);
      Await.until(
          "lb02 follows",
          SOON,
          () -> cluster.status("lb02", "vrrp.0.active_peer").equals("10.0.0.51"));
      Capture wire =
          new Capture(
              cluster.client(),
              folder.resolve("wire.pcap"),
              "ip proto 112 or arp src host " + Cluster.VIP);
      try (Holders holders = new Holders(lb01, cluster.host("lb02"), Cluster.VIP)) {
        Await.until("lb01 speaks", SOON, () -> !adverts(wire, "10.0.0.51").isEmpty());
        long stoppedUs = nowUs();
        cluster.agent("lb01").signal("STOP");
        Await.until("lb02 speaks", SOON, () -> !adverts(wire, "10.0.0.52").isEmpty());
        assertThat(lb01.holds(Cluster.VIP)).isFalse();
        long goneUs =
            microseconds(
                holders.firstLost().orElseThrow().atZone(ZoneId.systemDefault()).toInstant());

        cluster.agent("lb01").signal("CONT");
        Await.until(
            "lb01 gives way", SOON, () -> cluster.status("lb01", "vrrp.0.state").equals("backup"));
        int before = adverts(wire, "10.0.0.52").size();
        Await.until(
            "four more adverts of lb02",
            SOON,
            () -> adverts(wire, "10.0.0.52").size() >= before + 4);

        assertThat(goneUs - stoppedUs).as("µs from the stop").isBetween(0L, LEASE_US + KERNEL_US);
        assertThat(holders.both()).isZero();
        assertThat(holders.moves()).as("never back on lb01").isEqualTo(1);
        assertThat(adverts(wire, "10.0.0.51")).as("its adverts").allMatch(us -> us <= stoppedUs);
        assertThat(claims(wire, lb01)).as("its ARP").allMatch(us -> us <= stoppedUs);
        long claimedUs = claims(wire, cluster.host("lb02")).get(0);
        assertThat(claimedUs).as("the successor's ARP").isGreaterThan(goneUs);
        System.out.printf(
            "SIGSTOP of the Active: VIP gone after %d ms, claimed by the other %d ms later%n",
            (goneUs - stoppedUs) / 1000, (claimedUs - goneUs) / 1000);
      }
    }
  }

  /** When a node's adverts were heard, µs. */
  private static List<Long> adverts(Capture wire, String address) throws Exception {
    byte[] source = InetAddress.getByName(address).getAddress();
    return wire.seen().stream()
        .filter(it -> it.frame()[12] == 8 && it.frame()[13] == 0)
        .filter(it -> Arrays.equals(it.frame(), 26, 30, source, 0, 4))
        .map(Capture.Seen::us)
        .toList();
  }

  /** When a host said by ARP that the VIP is its, µs. */
  private static List<Long> claims(Capture wire, LabHost host) throws Exception {
    String text = host.exec("cat", "/sys/class/net/eth0/address").strip();
    byte[] mac = HexFormat.ofDelimiter(":").parseHex(text);
    return wire.seen().stream()
        .filter(it -> it.frame()[12] == 8 && it.frame()[13] == 6)
        .filter(it -> Arrays.equals(it.frame(), 6, 12, mac, 0, 6))
        .map(Capture.Seen::us)
        .toList();
  }
}
