package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import io.vipops.linux.RawSender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adverts to peers instead of the group, over a bridge that would carry both. */
@Tag("root")
@Execution(CONCURRENT) // adverts every second: it waits more than it works
class UnicastTest {
  private static final String VIP6 = "fd00::50";

  /** Version 2, priority 200, summed: it would be obeyed. */
  private static final String BETTER = "2133c80100010c98" + "0a000032" + "00".repeat(8);

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

  private Running node(LabHost host, int priority, String... more) throws Exception {
    List<String> settings = new ArrayList<>(List.of("priority=" + priority, "interval_ms=1000"));
    settings.addAll(List.of(more));
    return pair.node(host, settings.toArray(String[]::new));
  }

  private void onlyHolder(String vip, LabHost holder, Running... explain) throws Exception {
    LabHost other = holder == pair.a ? pair.b : pair.a;
    pair.awaitHolder(vip, holder, explain);
    Await.until("one holder", SOON, () -> !other.holds(vip));
    assertThat(holder.holds(vip)).isTrue();
  }

  private static int groups(LabHost host, String group) throws Exception {
    return host.exec("ip", "maddr", "show", "dev", "eth0").split(group, -1).length - 1;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void twoNodesHearEachOtherAndNothingGoesToTheGroup(int version) throws Exception {
    Capture group = new Capture(pair.b, folder.resolve("group.pcap"), "dst net 224.0.0.0/4");
    Capture toB = new Capture(pair.b, folder.resolve("b.pcap"), "ip proto 112");
    String[] both = {"version=" + version, "unicast=10.0.0.51,10.0.0.52"};
    Running a = node(pair.a, 100, both);
    pair.awaitHolder(pair.a, a);
    Running b = node(pair.b, 90, both);
    awaitOutput(b, "applied");
    Await.until("adverts", SOON, () -> toB.frames().size() >= 5);
    onlyHolder(VIP, pair.a, a, b);
    assertThat(groups(pair.a, "224.0.0.18")).isZero();

    a.stop();
    onlyHolder(VIP, pair.b, a, b);
    awaitOutput(b, "10.0.0.51 resigned");
    assertThat(b.output()).doesNotContain("discarded");
    a = node(pair.a, 100, both);
    onlyHolder(VIP, pair.a, a, b);
    a.kill();
    onlyHolder(VIP, pair.b, a, b);

    assertThat(group.frames()).noneMatch(frame -> frame[14 + 9] == 112);
    for (byte[] frame : toB.frames()) {
      assertThat(frame).startsWith(mac(pair.b)); // to it alone
      assertThat(frame[14 + 8] & 0xff).isEqualTo(255);
      assertThat(Arrays.copyOfRange(frame, 26, 34)).containsExactly(10, 0, 0, 51, 10, 0, 0, 52);
    }
  }

  private static byte[] mac(LabHost host) throws Exception {
    String link = host.ip("-o", "link", "show", "dev", "eth0");
    String mac = link.replaceAll("(?s).*link/ether ([0-9a-f:]+).*", "$1");
    return HexFormat.ofDelimiter(":").parseHex(mac);
  }

  @Test
  void overIpv6TwoNodesHearEachOtherAndNothingGoesToTheGroup() throws Exception {
    pair.withIpv6();
    Capture group = new Capture(pair.b, folder.resolve("group.pcap"), "ip6 dst host ff02::12");
    Capture toB = new Capture(pair.b, folder.resolve("b.pcap"), "ip6 proto 112");
    String[] both = {
      "vips=fe80::50/64,fd00::50/64", "unicast=" + pair.a.linkLocal() + "," + pair.b.linkLocal()
    };
    Running a = node(pair.a, 100, both);
    pair.awaitHolder(VIP6, pair.a, a);
    Running b = node(pair.b, 90, both);
    awaitOutput(b, "applied");
    Await.until("adverts", SOON, () -> toB.frames().size() >= 5);
    onlyHolder(VIP6, pair.a, a, b);
    assertThat(groups(pair.a, "ff02::12\n")).isZero();

    a.stop();
    onlyHolder(VIP6, pair.b, a, b);
    awaitOutput(b, pair.a.linkLocal() + " resigned");
    assertThat(b.output()).doesNotContain("discarded");
    a = node(pair.a, 100, both);
    onlyHolder(VIP6, pair.a, a, b);
    assertThat(group.frames()).isEmpty();
    assertThat(toB.frames()).isNotEmpty().allMatch(frame -> (frame[14 + 7] & 0xff) == 255);
  }

  private static void send(LabHost from, String destination, String... packets) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(destination));
    arguments.addAll(List.of(packets));
    Running sender =
        from.java(
            RawSender.class,
            List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"),
            arguments.toArray(String[]::new));
    awaitOutput(sender, "sent");
  }

  private static void awaitStatus(Running node, String text) throws Exception {
    try {
      Await.until(
          text,
          SOON,
          () -> {
            node.tell("status");
            return node.output().contains(text);
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + " in\n" + node.output(), e);
    }
  }

  @Test
  void whoIsNoPeerAndWhatCameTooFarIsCountedAndChangesNothing() throws Exception {
    Running node = node(pair.a, 100, "version=2", "unicast=10.0.0.53", "min_ttl=254");
    pair.awaitHolder(pair.a, node);
    send(pair.b, "10.0.0.51", "255=" + BETTER, "255=" + BETTER, "253=" + BETTER);
    awaitStatus(node, "peer=2, ttl=1");
    send(pair.b, "224.0.0.18", "255=" + BETTER);
    awaitOutput(node, "adverts from 10.0.0.52 are discarded: peer");
    assertThat(node.output()).contains("received=0").doesNotContain("ACTIVE -> BACKUP");
    assertThat(pair.a.holds(VIP)).isTrue();

    node.tell("apply unicast=10.0.0.52,10.0.0.53");
    Await.until("applied again", SOON, () -> node.output().split("applied", -1).length == 3);
    assertThat(pair.a.holds(VIP)).isTrue(); // other peers are no other router
    send(pair.b, "10.0.0.51", "253=" + BETTER);
    awaitStatus(node, "peer=2, ttl=2");
    assertThat(pair.a.holds(VIP)).isTrue();
    send(pair.b, "10.0.0.51", "254=" + BETTER);
    awaitOutput(node, "advertised priority 200, ours is 100");
  }

  @Test
  void manyAdvertsOfAThirdHostAreNotObeyedAndSilenceNoPeer() throws Exception {
    LabHost third = pair.lab.host("c", "10.0.0.53/24");
    Running a = node(pair.a, 100, "version=2", "unicast=10.0.0.52");
    pair.awaitHolder(pair.a, a);
    Running b = node(pair.b, 90, "version=2", "unicast=10.0.0.51");
    awaitOutput(b, "applied");
    String[] many = new String[2000];
    Arrays.fill(many, "255=" + BETTER);
    send(third, "10.0.0.51", many);
    send(third, "10.0.0.52", many);
    awaitOutput(a, "adverts from 10.0.0.53 are discarded: peer");
    awaitOutput(b, "adverts from 10.0.0.53 are discarded: peer");
    assertThat(a.output()).doesNotContain("ACTIVE -> BACKUP");
    a.stop();
    onlyHolder(VIP, pair.b, a, b);
    awaitOutput(b, "BACKUP -> ACTIVE: 10.0.0.51 resigned");
    assertThat(b.output()).containsOnlyOnce("-> ACTIVE");
  }

  @Test
  void theLastWordOfAFailedLoopGoesToThePeers() throws Exception {
    Running a = node(pair.a, 100, "unicast=10.0.0.52");
    pair.awaitHolder(pair.a, a);
    Running b = node(pair.b, 90, "unicast=10.0.0.51");
    awaitOutput(b, "applied");
    a.tell("fail");
    onlyHolder(VIP, pair.b, a, b);
    awaitOutput(b, "10.0.0.51 resigned");
  }
}
