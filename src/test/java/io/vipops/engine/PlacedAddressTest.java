package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
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

/** Addresses elsewhere than on the instance's interface, and those that are not in adverts. */
@Tag("root")
class PlacedAddressTest {
  private static final String BESIDE = "10.0.1.50";

  @TempDir Path folder;

  private Pair pair;
  private LabHost host;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair();
    host = pair.a;
    host.addEthernet(1);
    host.ip("addr", "add", "10.0.1.51/24", "dev", "eth1");
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  private Running start(String... settings) throws Exception {
    String[] all = new String[settings.length + 1];
    all[0] = "interval_ms=100";
    System.arraycopy(settings, 0, all, 1, settings.length);
    Running node = pair.node(host, all);
    pair.awaitHolder(host, node);
    return node;
  }

  private List<String> on(String interfaceName, String address) throws Exception {
    return host.ip("-4", "-o", "addr", "show", "dev", interfaceName)
        .lines()
        .filter(it -> it.contains(" inet " + address + "/"))
        .toList();
  }

  @Test
  void oneWithAnInterfaceLiesAndIsAnnouncedThereUnderALease() throws Exception {
    Running arps = host.start("tcpdump", "-i", "cable1", "-n", "-l", "arp");
    awaitOutput(arps, "listening on");
    Running node = start("vips=10.0.0.50/24,10.0.1.50/24@eth1");
    Await.until("beside", SOON, () -> !on("eth1", BESIDE).isEmpty());
    assertThat(on("eth1", BESIDE))
        .singleElement()
        .asString()
        .contains(BESIDE + "/32 scope global dynamic eth1", "valid_lft 3sec");
    assertThat(on("eth0", BESIDE)).isEmpty();
    awaitOutput(arps, "Request who-has 10.0.1.50");
    host.ip("addr", "del", BESIDE + "/32", "dev", "eth1");
    awaitOutput(node, BESIDE + "/24 was removed by somebody else and is restored");
    Await.until("back", SOON, () -> !on("eth1", BESIDE).isEmpty());
    node.stop();
    assertThat(on("eth1", BESIDE)).isEmpty();
    assertThat(on("eth1", "10.0.1.51")).hasSize(1);
  }

  @Test
  void theInterfaceOfAnAddressChangesInPlace() throws Exception {
    Running node = start("vips=10.0.0.50/24,10.0.1.50/24@eth1");
    Await.until("beside", SOON, () -> !on("eth1", BESIDE).isEmpty());
    node.tell("apply vips=10.0.0.50/24,10.0.1.50/24");
    Await.until("on eth0", SOON, () -> !on("eth0", BESIDE).isEmpty());
    Await.until("off eth1", SOON, () -> on("eth1", BESIDE).isEmpty());
    node.tell("apply vips=10.0.0.50/24,10.0.1.50/24@eth1");
    Await.until("on eth1", SOON, () -> !on("eth1", BESIDE).isEmpty());
    Await.until("off eth0", SOON, () -> on("eth0", BESIDE).isEmpty());
    assertThat(node.output()).doesNotContain("ACTIVE -> ").doesNotContain("somebody else");
  }

  @Test
  void whileTheInterfaceOfAnAddressIsAwayTheInstanceIsAFault() throws Exception {
    Running node = start("vips=10.0.0.50/24,10.0.1.50/24@eth1");
    host.ip("link", "del", "eth1");
    awaitOutput(node, "ACTIVE -> FAULT: interface eth1");
    Await.until("let go", SOON, () -> !host.holds(Pair.VIP));
    node.tell("apply vips=10.0.0.50/24,10.0.1.50/24@eth2");
    awaitOutput(
        node, "dry run: instance web: interface eth2 of 10.0.1.50/24 does not exist on this host");
    host.addEthernet(2);
    pair.awaitHolder(host, node);
    assertThat(on("eth2", BESIDE)).hasSize(1);
  }

  @Test
  void theScopeIsTheKernels() throws Exception {
    Running node = start("scope=LINK");
    assertThat(on("eth0", Pair.VIP)).singleElement().asString().contains("/32 scope link dynamic");
    node.tell("apply scope=HOST");
    Await.until("host", SOON, () -> on("eth0", Pair.VIP).toString().contains("scope host"));
    assertThat(on("eth0", Pair.VIP)).hasSize(1);
    assertThat(node.output()).doesNotContain("ACTIVE -> ").doesNotContain("somebody else");
  }

  @Test
  void anExcludedAddressMovesAlongAndIsNotAdvertised() throws Exception {
    Capture capture = new Capture(pair.b, folder.resolve("adverts.pcap"), "ip proto 112");
    Running node = start("excluded=10.0.9.50/24,10.0.1.50/24@eth1");
    Await.until("excluded", SOON, () -> host.holds("10.0.9.50") && !on("eth1", BESIDE).isEmpty());
    Await.until("adverts", SOON, () -> capture.frames().size() >= 3);
    assertThat(capture.frames()).allMatch(it -> it[14 + 20 + 3] == 1, "one address in each");
    Running better = pair.node(pair.b, "interval_ms=100", "priority=200", "excluded=10.0.9.50/24");
    pair.awaitHolder(pair.b, node, better);
    Await.until("moved", SOON, () -> pair.b.holds("10.0.9.50") && !host.holds("10.0.9.50"));
    Await.until("let go", SOON, () -> on("eth1", BESIDE).isEmpty());
    assertThat(node.output()).doesNotContain("other virtual addresses");
    better.tell("apply excluded=");
    Await.until("taken off", SOON, () -> !pair.b.holds("10.0.9.50"));
    assertThat(better.output()).doesNotContain("ACTIVE -> ");
  }

  @Test
  void leftoversOfABackupAreTakenOffWhereverTheyBelong() throws Exception {
    Running better = pair.node(pair.b, "interval_ms=100", "priority=200");
    pair.awaitHolder(pair.b, better);
    host.ip("addr", "add", BESIDE + "/24", "dev", "eth1");
    host.ip("addr", "add", "10.0.9.50/24", "dev", "eth0");
    Running node = pair.node(host, "interval_ms=100", "excluded=10.0.9.50/24,10.0.1.50/24@eth1");
    Await.until("gone", SOON, () -> on("eth1", BESIDE).isEmpty() && !host.holds("10.0.9.50"));
    awaitOutput(node, "applied");
    assertThat(node.output()).doesNotContain("-> ACTIVE");
  }
}
