package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The virtual address as it lies on the interface of one host. Adverts every 100 ms. */
@Tag("root")
class VipTest {
  @TempDir Path folder;

  private Pair pair;
  private LabHost host;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair();
    host = pair.a;
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  private Running start(String... more) throws Exception {
    String[] settings = new String[more.length + 1];
    settings[0] = "interval_ms=100";
    System.arraycopy(more, 0, settings, 1, more.length);
    return pair.node(host, settings);
  }

  private List<String> vipLines() throws Exception {
    return host.ip("-4", "-o", "addr", "show", "dev", "eth0")
        .lines()
        .filter(it -> it.contains(" inet " + VIP + "/"))
        .toList();
  }

  @Test
  void insideTheNodesSubnetItIsA32WithALifetime() throws Exception {
    Running node = start();
    pair.awaitHolder(host, node);
    assertThat(vipLines())
        .singleElement()
        .asString()
        .contains(VIP + "/32", "dynamic eth0", "valid_lft 3sec");
  }

  @Test
  void outsideItKeepsItsPrefix() throws Exception {
    Running node = start("vips=10.0.1.50/24");
    Await.until("VIP", SOON, () -> host.holds("10.0.1.50"));
    assertThat(host.ip("-o", "addr", "show", "dev", "eth0")).contains("10.0.1.50/24");
    assertThat(promoteSecondaries()).isEqualTo("1");
    assertThat(node.isAlive()).isTrue();
  }

  @Test
  void promoteSecondariesIsBackAsItWasOnceNoVipNeedsIt() throws Exception {
    Running node = start();
    pair.awaitHolder(host, node);
    assertThat(promoteSecondaries()).as("a /32 does not need it").isEqualTo("0");
    node.tell("apply vips=10.0.1.50/24");
    Await.until("VIP", SOON, () -> host.holds("10.0.1.50"));
    assertThat(promoteSecondaries()).isEqualTo("1");
    node.tell("apply vips=10.0.0.50/24");
    Await.until("gone", SOON, () -> !host.holds("10.0.1.50"));
    Await.until("off again", SOON, () -> promoteSecondaries().equals("0"));
    node.tell("apply vips=10.0.1.50/24");
    Await.until("VIP", SOON, () -> host.holds("10.0.1.50"));
    assertThat(promoteSecondaries()).isEqualTo("1");
    node.stop();
    assertThat(promoteSecondaries()).as("after the end").isEqualTo("0");
  }

  private String promoteSecondaries() throws Exception {
    return host.exec("cat", "/proc/sys/net/ipv4/conf/eth0/promote_secondaries").strip();
  }

  @Test
  void withoutALeaseItStaysForever() throws Exception {
    Running node = start("lease=0", "label=eth0:1");
    pair.awaitHolder(host, node);
    assertThat(vipLines()).singleElement().asString().contains("eth0:1", "valid_lft forever");
  }

  @Test
  void removedBehindItsBackItIsRestored() throws Exception {
    Running node = start();
    pair.awaitHolder(host, node);
    host.ip("addr", "del", VIP + "/32", "dev", "eth0");
    awaitOutput(node, VIP + "/24 was removed by somebody else and is restored");
    pair.awaitHolder(host, node);
    assertThat(node.output()).doesNotContain("ACTIVE -> BACKUP");
  }

  @Test
  void leftoversOfAnotherLengthAndLabelAreNormalisedAndTheNodesAddressStays() throws Exception {
    host.ip("addr", "add", VIP + "/24", "dev", "eth0", "label", "eth0:x");
    host.ip("addr", "add", VIP + "/32", "dev", "eth0", "label", "eth0:y");
    Running node = start();
    awaitOutput(node, "-> ACTIVE");
    Await.until("one entry", SOON, () -> vipLines().size() == 1);
    assertThat(vipLines()).singleElement().asString().contains(VIP + "/32", "dynamic eth0\\");
    assertThat(host.holds("10.0.0.51")).isTrue();
  }

  @Test
  void aBackupTakesLeftoversOff() throws Exception {
    Running better = pair.node(pair.b, "interval_ms=100", "priority=200");
    pair.awaitHolder(pair.b, better);
    host.ip("addr", "add", VIP + "/24", "dev", "eth0");
    Running node = start();
    Await.until("leftover gone", SOON, () -> !host.holds(VIP));
    awaitOutput(node, "applied");
    assertThat(node.output()).doesNotContain("-> ACTIVE");
  }

  @Test
  void anAddressThatIsAddedOrDroppedWhileActiveComesAndGoesInPlace() throws Exception {
    Running node = start();
    pair.awaitHolder(host, node);
    node.tell("apply vips=10.0.0.50/24,10.0.0.60/24");
    Await.until("second", SOON, () -> host.holds("10.0.0.60"));
    node.tell("apply vips=10.0.0.60/24");
    Await.until("first gone", SOON, () -> !host.holds(VIP));
    assertThat(host.holds("10.0.0.60")).isTrue();
    node.tell("apply label=eth0:9");
    Await.until(
        "label", SOON, () -> host.ip("-o", "addr", "show", "dev", "eth0").contains("eth0:9"));
    assertThat(node.output()).doesNotContain("ACTIVE -> BACKUP").doesNotContain("somebody else");
  }

  @Test
  void anotherIdentityMakesAnotherRouter() throws Exception {
    Running node = start();
    pair.awaitHolder(host, node);
    node.tell("apply vrid=52");
    awaitOutput(node, "ACTIVE -> INIT: removed from the configuration");
    awaitOutput(node, "INIT -> BACKUP");
    pair.awaitHolder(host, node);
    node.tell("status");
    awaitOutput(node, "virtualRouterId=52");
    assertThat(node.output()).doesNotContain("virtualRouterId=51");
  }

  @Test
  void anErrorInTheLoopWithdrawsTheAddressAtOnceAndIsReported() throws Exception {
    Running node = start("lease=0");
    pair.awaitHolder(host, node);
    Capture capture = new Capture(pair.b, folder.resolve("failure.pcap"), "ip proto 112");
    node.tell("fail");
    awaitOutput(node, "failure: java.lang.IllegalStateException: on purpose");
    assertThat(host.holds(VIP)).isFalse();
    Await.until(
        "priority 0", SOON, () -> capture.frames().stream().anyMatch(it -> it[14 + 20 + 2] == 0));
    node.tell("apply priority=101");
    awaitOutput(node, "refused: the VRRP engine has ended: on purpose");
  }

  @Test
  void anAddressThatTheKernelRefusesIsAFaultAndIsToldToWhoAppliesIt() throws Exception {
    Running node = start("label=a-label-that-is-far-too-long");
    awaitOutput(node, "ACTIVE -> FAULT: cannot put 10.0.0.50/24 on eth0: ");
    assertThat(host.holds(VIP)).isFalse();
    node.tell("apply label=eth0:1");
    pair.awaitHolder(host, node);
    node.tell("apply label=this-label-is-far-too-long-as-well");
    awaitOutput(node, "refused: instance web: cannot put 10.0.0.50/24 on eth0: ");
    Await.until("VIP gone", SOON, () -> !host.holds(VIP));
  }

  @Test
  void aStopEndsConnectionsOnTheAddressAndLeavesListenersAlone() throws Exception {
    Running node = start();
    pair.awaitHolder(host, node);
    connect("8081", "-Djava.net.preferIPv4Stack=true");
    connect("8082", "-Djava.net.preferIPv4Stack=false");
    node.signal("TERM");
    Await.until("VIP gone", SOON, () -> !host.holds(VIP));
    Await.until("connections gone", SOON, () -> !connections().contains(VIP));
    assertThat(host.exec("ss", "-Hltn")).contains(":8081", ":8082");
  }

  private void connect(String port, String option) throws Exception {
    Running server = host.java(Acceptor.class, List.of("-Xmx16m", option), VIP, port);
    awaitOutput(server, "listening");
    pair.b.start("bash", "-c", "exec 3<>/dev/tcp/" + VIP + "/" + port + "; sleep 600");
    Await.until(
        "connected",
        SOON,
        () ->
            connections().contains(VIP + "]:" + port) || connections().contains(VIP + ":" + port));
  }

  private String connections() throws Exception {
    return host.exec("ss", "-Htn", "state", "established");
  }
}
