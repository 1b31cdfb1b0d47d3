package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IPv6 virtual addresses as they lie on the interface of one host. Adverts every 100 ms. */
@Tag("root")
class Ipv6VipTest {
  private static final String VIP = "fd00::50";

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
    String[] settings = Arrays.copyOf(more, more.length + 1);
    settings[more.length] = "interval_ms=100";
    return pair.node(host, settings);
  }

  private List<String> lines(String address) throws Exception {
    return host.ip("-6", "-o", "addr", "show", "dev", "eth0")
        .lines()
        .filter(it -> it.contains(" inet6 " + address + "/"))
        .toList();
  }

  @Test
  void insideTheNodesSubnetItIsA128WithALifetimeAndNeverASource() throws Exception {
    pair.withIpv6();
    Running node = start("vips=fe80::50/64,fd00::50/64");
    pair.awaitHolder(VIP, host, node);
    for (String vip : List.of(VIP, "fe80::50")) {
      assertThat(lines(vip))
          .singleElement()
          .asString()
          .contains(vip + "/128", "nodad", "dynamic", "valid_lft 3sec preferred_lft 0sec")
          .doesNotContain("tentative");
    }
  }

  @Test
  void outsideItKeepsItsPrefixAndStaysSoWhileTheNodeGetsAnAddressThere() throws Exception {
    pair.withIpv6();
    Running node = start("vips=fd01::50/64", "lease=60");
    pair.awaitHolder("fd01::50", host, node);
    assertThat(lines("fd01::50")).singleElement().asString().contains("fd01::50/64");
    host.ip("addr", "add", "fd01::51/64", "dev", "eth0", "nodad");
    Await.until("renewed", SOON, () -> lines("fd01::50").get(0).contains("valid_lft 60sec"));
    assertThat(lines("fd01::50")).singleElement().asString().contains("fd01::50/64");
    assertThat(node.output()).doesNotContain("somebody else");
  }

  @Test
  void withoutALeaseItStaysForever() throws Exception {
    pair.withIpv6();
    Running node = start("vips=fd00::50/64", "lease=0");
    pair.awaitHolder(VIP, host, node);
    assertThat(lines(VIP)).singleElement().asString().contains("valid_lft forever");
  }

  @Test
  void removedBehindItsBackItIsRestored() throws Exception {
    pair.withIpv6();
    Running node = start("vips=fd00::50/64");
    pair.awaitHolder(VIP, host, node);
    host.ip("addr", "del", VIP + "/128", "dev", "eth0");
    awaitOutput(node, VIP + "/64 was removed by somebody else and is restored");
    pair.awaitHolder(VIP, host, node);
    assertThat(node.output()).doesNotContain("ACTIVE -> BACKUP");
  }

  @Test
  void leftoversAreNormalisedAndOneInTheInterfacesNameIsNotSpokenFrom() throws Exception {
    pair.withIpv6();
    String own = host.linkLocal();
    host.ip("addr", "add", VIP + "/64", "dev", "eth0");
    // The lowest link-local address there is, and permanent: but it is virtual.
    host.ip("addr", "add", "fe80::1/64", "dev", "eth0", "nodad");
    Capture capture = new Capture(pair.b, folder.resolve("adverts.pcap"), "ip6 proto 112");
    Running node = start("vips=fe80::1/64,fd00::50/64");
    awaitOutput(node, "-> ACTIVE");
    Await.until("a lifetime", SOON, () -> lines(VIP).size() == 1 && dynamic(VIP));
    assertThat(lines(VIP)).singleElement().asString().contains(VIP + "/128", "preferred_lft 0sec");
    assertThat(lines("fe80::1")).singleElement().asString().contains("/128", "preferred_lft 0sec");
    assertThat(host.linkLocal()).isEqualTo(own);
    Await.until("adverts", SOON, () -> !capture.frames().isEmpty());
    byte[] source = Arrays.copyOfRange(capture.frames().get(0), 22, 38);
    assertThat(InetAddress.getByAddress(source)).isEqualTo(InetAddress.getByName(own));
  }

  private boolean dynamic(String vip) throws Exception {
    return lines(vip).get(0).contains("dynamic");
  }

  @Test
  void aLeftoverThatFailedTheSearchForDuplicatesAnswersOnceItIsOurs() throws Exception {
    pair.withIpv6();
    pair.b.ip("addr", "add", VIP + "/64", "dev", "eth0", "nodad");
    host.ip("addr", "add", VIP + "/128", "dev", "eth0");
    Await.until("failed", SOON, () -> lines(VIP).get(0).contains("dadfailed"));
    pair.b.ip("addr", "del", VIP + "/64", "dev", "eth0");
    Running node = start("vips=fd00::50/64", "lease=60");
    awaitOutput(node, "-> ACTIVE");
    Await.until("a lifetime", SOON, () -> lines(VIP).size() == 1 && dynamic(VIP));
    assertThat(lines(VIP).get(0)).doesNotContain("dadfailed");
    pair.b.exec("ping", "-6", "-qc1", "-W2", VIP);
  }

  @Test
  void aHostWithoutIpv6IsToldSoAndServesOnceItHasIt() throws Exception {
    Running node = start("vips=fd00::50/64");
    awaitOutput(
        node,
        "dry run: instance web: interface eth0 has no link-local IPv6 address to send from: see"
            + " net.ipv6.conf.eth0.disable_ipv6");
    awaitOutput(node, "INIT -> FAULT: interface eth0 has no link-local IPv6 address to send from");
    host.enableIpv6();
    awaitOutput(node, "FAULT -> BACKUP: interface eth0 serves again");
    pair.awaitHolder(VIP, host, node);
  }

  @Test
  void aStopEndsConnectionsOnTheAddressAndLeavesListenersAlone() throws Exception {
    pair.withIpv6();
    Running node = start("vips=fd00::50/64");
    pair.awaitHolder(VIP, host, node);
    Running server = host.java(Acceptor.class, List.of("-Xmx16m"), VIP, "8081");
    awaitOutput(server, "listening");
    pair.b.start("bash", "-c", "exec 3<>/dev/tcp/" + VIP + "/8081; sleep 600");
    Await.until("connected", SOON, () -> connections().contains(VIP + "]:8081"));
    node.signal("TERM");
    Await.until("VIP gone", SOON, () -> !host.holds(VIP));
    Await.until("connections gone", SOON, () -> !connections().contains(VIP));
    assertThat(host.exec("ss", "-Hltn")).contains(":8081");
  }

  private String connections() throws Exception {
    return host.exec("ss", "-Htn", "state", "established");
  }
}
