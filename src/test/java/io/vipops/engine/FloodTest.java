package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import io.vipops.linux.FloodSender;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An Active and a Backup at 100 ms on a LAN on which somebody sends bad packets without end. What
 * they say is read on a third host.
 */
@Tag("root")
class FloodTest {
  private static final long INTERVAL_US = 100_000;
  private static final Duration PHASE = Duration.ofSeconds(60);

  /** Priority 200 of VRID 51; the checksum is wrong. */
  private static final String BAD = "3133c801" + "000a0001" + "0a000032";

  private static final String BAD_OF_52 = BAD.replaceFirst("3133", "3134");

  @TempDir Path folder;
  private Pair pair;
  private LabHost flooder;
  private Capture wire;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair();
    flooder = pair.lab.host("f", "10.0.0.66/24");
    LabHost listener = pair.lab.host("c", "10.0.0.53/24");
    wire =
        new Capture(
            listener, folder.resolve("wire.pcap"), "ip proto 112 and not src host 10.0.0.66");
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  @Test
  void aFloodOfBadPacketsMovesNothingAndHoldsNoAdvertBack() throws Exception {
    Running a = node(pair.a, "priority=100");
    pair.awaitHolder(pair.a, a);
    Running b = node(pair.b, "priority=90");
    phase("nobody floods", pair.a, a, 30);

    Running ttl = flood(0, "1=" + BAD);
    phase("TTL 1", pair.a, a, 50);
    System.out.println("flood: TTL 1, " + end(ttl));
    for (Running node : List.of(a, b)) {
      // The kernel's filter drops them, uncounted.
      assertThat(count(status(node), "ttl")).isZero();
      assertThat(count(status(node), "checksum")).isZero();
    }

    Running checksum = flood(0, "255=" + BAD);
    phase("bad checksum", pair.a, a, 100);
    assertThat(transitions(status(a))).isEqualTo(1);
    assertThat(transitions(status(b))).isZero();
    b.tell("apply priority=110");
    awaitOutput(b, "BACKUP -> ACTIVE");
    awaitOutput(a, "ACTIVE -> BACKUP: 10.0.0.52 advertised priority 110, ours is 100");
    long sent = end(checksum);
    awaitCounted(sent, a, b);
    awaitCounted(sent, b, a);
    System.out.printf(
        "flood: of %d, checksum %d and %d, overflow %d and %d%n",
        sent,
        count(status(a), "checksum"),
        count(status(b), "checksum"),
        count(status(a), "overflow"),
        count(status(b), "overflow"));

    Running again = flood(0, "255=" + BAD);
    phase("bad checksum, the other one Active", pair.b, b, 10);
    assertThat(transitions(status(a))).isEqualTo(2);
    assertThat(transitions(status(b))).isEqualTo(1);
    b.kill();
    long killed = adverts(pair.a).size();
    Await.until("a speaks", SOON, () -> adverts(pair.a).size() > killed);
    List<Long> lastOfB = adverts(pair.b);
    long tookUs = adverts(pair.a).get((int) killed) - lastOfB.get(lastOfB.size() - 1);
    System.out.println("flood: after the Active was killed, silence for " + tookUs / 1000 + " ms");
    assertThat(tookUs).isLessThan(1_000_000);
    end(again);
    for (Running node : List.of(a, b)) {
      assertThat(node.output()).doesNotContain("failure:", "Exception");
    }
  }

  @Test
  void whatSilencesKeepalivedDoesNotSilenceUs() throws Exception {
    VrrpPeer keepalived =
        new VrrpPeer(
            pair.b,
            folder,
            new VrrpPeer.Setting(VrrpPeer.Kind.KEEPALIVED, 3, false, true, 90, 100));
    Running ours = node(pair.a, "vrid=52", "vips=10.0.0.60/24");
    Await.until(
        "both speak", SOON, () -> adverts(pair.a).size() > 10 && adverts(pair.b).size() > 10);
    Running flood = flood(1400, "1=" + BAD, "1=" + BAD_OF_52);
    int before = adverts(pair.b).size();
    phase("1,400 of TTL 1 a second", pair.a, ours, 50);
    int after = adverts(pair.b).size();
    assertThat(end(flood)).isBetween(6_000L, 9_000L);
    System.out.printf(
        "flood: 1,400 of TTL 1 a second: keepalived %s sent %d adverts meanwhile%n",
        keepalived.version(), after - before);
  }

  /** Before whoever floods, and whatever else this machine does: it would have one of its own. */
  private Running node(LabHost host, String... settings) throws Exception {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("interval_ms=100");
    Running node = pair.node(host, all.toArray(String[]::new));
    awaitOutput(node, "applied");
    host.exec("sh", "-c", "renice -n -15 -p $(ls /proc/" + node.pid() + "/task)");
    String unused = status(node); // the first answer loads half of its classes
    return node;
  }

  /**
   * Every packet of the flood is counted, if only as lost by the kernel, which does not look at
   * what it loses: an advert of the other may be among them.
   */
  private static void awaitCounted(long flood, Running node, Running other) throws Exception {
    Await.until(
        "all of " + flood + " counted",
        SOON,
        () -> {
          String counts = status(node);
          return count(counts, "checksum") + count(counts, "overflow") >= flood;
        });
    String counts = status(node);
    long others = number(status(other), ", sent=(\\d+)") - number(counts, "received=(\\d+)");
    assertThat(count(counts, "checksum") + count(counts, "overflow") - flood)
        .as(counts)
        .isBetween(0L, others);
  }

  private Running flood(int rate, String... packets) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("224.0.0.18", Integer.toString(rate)));
    arguments.addAll(List.of(packets));
    Running flood =
        flooder.java(
            FloodSender.class,
            List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"),
            arguments.toArray(String[]::new));
    awaitOutput(flood, "flooding");
    return flood;
  }

  /** Returns how many it sent. */
  private static long end(Running flood) throws Exception {
    flood.tell("");
    awaitOutput(flood, " ms");
    Matcher found = Pattern.compile("sent (\\d+) in (\\d+) ms").matcher(flood.output());
    assertThat(found.find()).isTrue();
    long sent = Long.parseLong(found.group(1));
    System.out.printf("flood: %d a second%n", sent * 1000 / Long.parseLong(found.group(2)));
    return sent;
  }

  /** So many adverts of one that is Active, none of them late by two intervals. */
  private void phase(String name, LabHost host, Running node, int adverts) throws Exception {
    int from = adverts(host).size();
    List<Long> before = lateness(node);
    Await.until(
        name + ": " + adverts + " adverts", PHASE, () -> adverts(host).size() > from + adverts);
    List<Long> after = lateness(node);
    List<Long> sent = adverts(host).subList(from, from + adverts);
    long longestUs = 0;
    for (int i = 1; i < sent.size(); i++) {
      longestUs = Math.max(longestUs, sent.get(i) - sent.get(i - 1));
    }
    System.out.printf(
        "flood: %s: %d adverts, %.1f ms apart at most; late: p99 within %s ms%n",
        name, adverts, longestUs / 1e3, p99Ms(before, after));
    assertThat(longestUs).as(name).isLessThan(3 * INTERVAL_US);
  }

  /** When each advert of a node was heard, µs. */
  private List<Long> adverts(LabHost host) throws Exception {
    byte[] source = InetAddress.getByName(pair.address(host)).getAddress();
    return wire.seen().stream()
        .filter(it -> Arrays.equals(it.frame(), 26, 30, source, 0, 4))
        .map(Capture.Seen::us)
        .toList();
  }

  private static String status(Running node) throws Exception {
    int before = node.output().length();
    node.tell("status");
    Await.until(
        "status",
        SOON,
        () ->
            node.output().indexOf("\n", node.output().indexOf("AdvertLateness[", before)) > before);
    return node.output().substring(before);
  }

  private static long count(String status, String reason) {
    return number(status, "discarded=\\{[^}]*\\b" + reason + "=(\\d+)");
  }

  private static long transitions(String status) {
    return number(status, "transitions=(\\d+)");
  }

  private static long number(String status, String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(status);
    assertThat(found.find()).as(status).isTrue();
    return Long.parseLong(found.group(1));
  }

  private static List<Long> lateness(Running node) throws Exception {
    Matcher found = Pattern.compile("counts=\\[([0-9, ]+)\\]").matcher(status(node));
    assertThat(found.find()).isTrue();
    return Arrays.stream(found.group(1).split(", ")).map(Long::valueOf).toList();
  }

  private static String p99Ms(List<Long> before, List<Long> after) {
    long all = sum(after) - sum(before);
    long within = 0;
    List<Duration> bounds = new Lateness(0).summary().bounds();
    for (int i = 0; i < bounds.size(); i++) {
      within += after.get(i) - before.get(i);
      if (within * 100 >= all * 99) {
        return Double.toString(bounds.get(i).toNanos() / 1e6);
      }
    }
    return "more";
  }

  private static long sum(List<Long> counts) {
    return counts.stream().mapToLong(it -> it).sum();
  }
}
