package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances that move as one, {@code in} and {@code out}, on real engines. */
@Tag("root")
class SyncGroupFailoverTest {
  private static final String OTHER_VIP = "10.0.0.60";

  @TempDir Path folder;
  private Pair pair;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair();
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  private Running group(LabHost host, String... settings) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "instances=in,out",
                "interval_ms=100",
                "sync_group=edge",
                "out.vrid=52",
                "out.vips=" + OTHER_VIP + "/24"));
    all.addAll(List.of(settings));
    return pair.node(host, all.toArray(String[]::new));
  }

  private void awaitBoth(LabHost holder, Running... explain) throws Exception {
    LabHost other = holder == pair.a ? pair.b : pair.a;
    for (String vip : List.of(VIP, OTHER_VIP)) {
      pair.awaitHolder(vip, holder, explain);
      Await.until(vip + " gone from the other", SOON, () -> !other.holds(vip));
    }
  }

  @Test
  void theInterfaceThatOneTracksMovesBothAndBack() throws Exception {
    pair.a.addEthernet(1);
    Running a = group(pair.a, "priority=100", "out.track_interfaces=eth1:0");
    awaitBoth(pair.a, a);
    Running b = group(pair.b, "priority=90");
    awaitOutput(b, "applied");
    pair.a.ip("link", "set", "cable1", "down");
    awaitBoth(pair.b, a, b);
    awaitOutput(a, "in ACTIVE -> FAULT: out of sync group edge: interface eth1 has no carrier");
    awaitOutput(b, "out BACKUP -> ACTIVE: in of sync group edge: 10.0.0.51 resigned");
    pair.a.ip("link", "set", "cable1", "up");
    awaitBoth(pair.a, a, b);
    a.signal("TERM");
    awaitBoth(pair.b, a, b);
  }

  @Test
  void whereTheKernelRefusesOneAddressNothingIsAnnounced() throws Exception {
    Running b = group(pair.b, "priority=90");
    awaitBoth(pair.b, b);
    // Gratuitous: about the address, from the address.
    String aboutTheVip = "arp and arp[14:4] = 0x0a000032 and arp[24:4] = 0x0a000032";
    Capture capture = new Capture(pair.b, folder.resolve("arp"), aboutTheVip);
    Running a = group(pair.a, "priority=100", "out.label=a-label-that-is-far-too-long");
    awaitOutput(a, "out BACKUP -> FAULT: cannot put 10.0.0.60/24 on eth0");
    awaitOutput(a, "in ACTIVE -> FAULT: out of the same sync group: cannot put");
    Await.until("nothing left on a", SOON, () -> !pair.a.holds(VIP) && !pair.a.holds(OTHER_VIP));
    assertThat(capture.frames()).isEmpty();
    awaitBoth(pair.b, b);
    assertThat(b.output()).doesNotContain("ACTIVE -> ");
  }

  @Test
  void whereTheKernelRefusesTheFirstNothingOfTheOthersIsLeftHere() throws Exception {
    Running b = group(pair.b, "priority=90");
    awaitBoth(pair.b, b);
    Running a = group(pair.a, "priority=100", "lease=0", "in.label=a-label-that-is-far-too-long");
    awaitOutput(a, "in ACTIVE -> FAULT: cannot put 10.0.0.50/24 on eth0");
    awaitOutput(a, "out BACKUP -> FAULT");
    Await.until("nothing left on a", SOON, () -> !pair.a.holds(VIP) && !pair.a.holds(OTHER_VIP));
    awaitBoth(pair.b, b);
  }

  @Test
  void aGroupThatIsDissolvedHoldsNobodyUp() throws Exception {
    pair.a.addEthernet(1);
    pair.a.ip("link", "set", "cable1", "down");
    Running a = group(pair.a, "out.track_interfaces=eth1:0");
    awaitOutput(a, "in INIT -> FAULT: out of sync group edge: interface eth1 has no carrier");
    a.tell("apply instances=in");
    pair.awaitHolder(pair.a, a);
    assertThat(pair.a.holds(OTHER_VIP)).isFalse();
  }

  @Test
  void whoseAdvertsAreLostForOneOfThemAloneStaysBackup() throws Exception {
    Running a = group(pair.a, "priority=100");
    awaitBoth(pair.a, a);
    Running b = group(pair.b, "priority=90");
    awaitOutput(b, "applied");
    for (String vrid : List.of("51", "52")) {
      pair.b.exec("nft", "add table inet lossy");
      pair.b.exec("nft", "add chain inet lossy in { type filter hook prerouting priority -500; }");
      pair.b.exec(
          "nft", "add rule inet lossy in ip protocol 112 @th,8,8 " + vrid + " counter drop");
      Await.until(
          "30 adverts of VRID " + vrid + " dropped",
          SOON,
          () -> dropped(pair.b.exec("nft", "list chain inet lossy in")) >= 30);
      pair.b.exec("nft", "delete table inet lossy");
      assertThat(b.output()).as("VRID " + vrid).doesNotContain("-> ACTIVE");
    }
    awaitBoth(pair.a, a, b);
  }

  private static int dropped(String chain) {
    return Integer.parseInt(chain.replaceAll("(?s).*packets (\\d+) bytes.*", "$1"));
  }

  @Test
  void whoJoinsOrLeavesTheGroupMovesNothing() throws Exception {
    Running b = group(pair.b, "priority=90");
    awaitBoth(pair.b, b);
    Running a = group(pair.a, "priority=100", "instances=out", "preempt=false");
    awaitOutput(a, "applied");
    b.tell("apply instances=a,in,out a.vrid=50 a.vips=10.0.0.49/24");
    awaitOutput(b, "a BACKUP -> ACTIVE: in of sync group edge");
    pair.awaitHolder("10.0.0.49", pair.b, b);
    b.tell("apply instances=a,out");
    Await.until("removed", SOON, () -> !pair.b.holds(VIP));
    assertThat(pair.b.holds(OTHER_VIP)).isTrue();
    assertThat(pair.b.holds("10.0.0.49")).isTrue();
    b.tell("apply sync_group=other out.sync_group=edge");
    b.tell("status");
    Await.until("two applies", SOON, () -> b.output().split("applied", -1).length >= 4);
    assertThat(b.output()).doesNotContain("out ACTIVE -> ").doesNotContain("a ACTIVE -> ");
  }
}
