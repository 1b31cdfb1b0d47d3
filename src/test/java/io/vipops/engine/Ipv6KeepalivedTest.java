package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over IPv6, a pair of which one half is keepalived: host a runs us, host b runs it. */
@Tag("root")
@Execution(CONCURRENT) // adverts every second: it waits more than it works
class Ipv6KeepalivedTest {
  private static final String VIP = "fd00::50";

  @TempDir Path folder;

  /** The second list is what keepalived's users have who never read the RFC: it runs it. */
  @ParameterizedTest
  @ValueSource(strings = {"fe80::50/64,fd00::50/64", "fd00::50/64"})
  void eachTakesOverFromTheOtherWhenThatStopsAndGivesBackWhenThatReturns(String vips)
      throws Exception {
    try (Pair pair = new Pair().withIpv6()) {
      String from = pair.b.linkLocal();
      Running us = us(pair, vips, 100);
      pair.awaitHolder(VIP, pair.a, us);
      Running keepalived = keepalived(pair.b, vips, 90);
      awaitOutput(keepalived, "Entering BACKUP STATE");

      us.stop();
      pair.awaitHolder(VIP, pair.b, us, keepalived);
      us = us(pair, vips, 100);
      pair.awaitHolder(VIP, pair.a, us, keepalived);
      onlyHolder(pair.b, pair);

      us.kill();
      pair.awaitHolder(VIP, pair.b, us, keepalived);
      assertThat(pair.a.holds(VIP)).isFalse();
      us = us(pair, vips, 80);
      awaitOutput(us, "applied");

      keepalived.stop();
      pair.awaitHolder(VIP, pair.a, us, keepalived);
      awaitOutput(us, from + " resigned");
      assertThat(us.output()).doesNotContain("discarded");
      keepalived = keepalived(pair.b, vips, 90);
      pair.awaitHolder(VIP, pair.b, us, keepalived);
      onlyHolder(pair.a, pair);
      assertThat(us.output()).doesNotContain("other virtual addresses");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fe80::50/64,fd00::50/64", "fd00::50/64"})
  void aLowerPriorityHandsOverToKeepalivedAndARaisedOneTakesBack(String vips) throws Exception {
    try (Pair pair = new Pair().withIpv6()) {
      Running us = us(pair, vips, 100);
      pair.awaitHolder(VIP, pair.a, us);
      Running keepalived = keepalived(pair.b, vips, 90);
      awaitOutput(keepalived, "Entering BACKUP STATE");

      us.tell("apply effective=70");
      pair.awaitHolder(VIP, pair.b, us, keepalived);
      onlyHolder(pair.a, pair);
      us.tell("apply effective=100");
      pair.awaitHolder(VIP, pair.a, us, keepalived);
      onlyHolder(pair.b, pair);
    }
  }

  private static void onlyHolder(LabHost loser, Pair pair) throws Exception {
    Await.until("one holder", SOON, () -> !loser.holds(VIP));
    assertThat(pair.a.holds(VIP) ^ pair.b.holds(VIP)).isTrue();
  }

  private static Running us(Pair pair, String vips, int priority) throws Exception {
    return pair.node(pair.a, "priority=" + priority, "vips=" + vips);
  }

  private Running keepalived(LabHost host, String vips, int priority) throws Exception {
    String addresses =
        Arrays.stream(vips.split(","))
            .map(it -> it.replaceFirst("/.*", "/128 dev eth0\n"))
            .collect(Collectors.joining());
    Path config =
        Files.writeString(
            folder.resolve("keepalived.conf"),
            """
            vrrp_instance web {
              version 3
              interface eth0
              virtual_router_id 51
              priority %d
              advert_int 1
              virtual_ipaddress {
                %s
              }
            }
            """
                .formatted(priority, addresses));
    String pid = folder.resolve("keepalived-" + System.nanoTime()).toString();
    return host.start(
        "keepalived", "-nlDP", "-f", config.toString(), "-p", pid, "-r", pid + "-vrrp");
  }
}
