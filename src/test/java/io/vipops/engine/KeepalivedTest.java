package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pair of which one half is keepalived: host a runs us, host b runs it. */
@Tag("root")
@Execution(CONCURRENT) // adverts every second: it waits more than it works
class KeepalivedTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void eachTakesOverFromTheOtherWhenThatStopsAndGivesBackWhenThatReturns(int version)
      throws Exception {
    try (Pair pair = new Pair()) {
      Running us = us(pair, version, 100);
      pair.awaitHolder(pair.a, us);
      Running keepalived = keepalived(pair.b, version, 90);
      awaitOutput(keepalived, "Entering BACKUP STATE");

      us.stop();
      pair.awaitHolder(pair.b, us, keepalived);
      us = us(pair, version, 100);
      pair.awaitHolder(pair.a, us, keepalived);
      onlyHolder(pair.b, pair);

      us.kill();
      pair.awaitHolder(pair.b, us, keepalived);
      assertThat(pair.a.holds(VIP)).isFalse();
      us = us(pair, version, 80);
      awaitOutput(us, "applied");

      keepalived.stop();
      pair.awaitHolder(pair.a, us, keepalived);
      awaitOutput(us, "10.0.0.52 resigned");
      assertThat(us.output()).doesNotContain("discarded");
      keepalived = keepalived(pair.b, version, 90);
      pair.awaitHolder(pair.b, us, keepalived);
      onlyHolder(pair.a, pair);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void aLowerPriorityHandsOverToKeepalivedAndARaisedOneTakesBack(int version) throws Exception {
    try (Pair pair = new Pair()) {
      Running us = us(pair, version, 100);
      pair.awaitHolder(pair.a, us);
      Running keepalived = keepalived(pair.b, version, 90);
      awaitOutput(keepalived, "Entering BACKUP STATE");

      us.tell("apply effective=70");
      pair.awaitHolder(pair.b, us, keepalived);
      onlyHolder(pair.a, pair);
      us.tell("apply effective=100");
      pair.awaitHolder(pair.a, us, keepalived);
      onlyHolder(pair.b, pair);
    }
  }

  @Test
  void aWrongPasswordIsCountedAndToldOnceAndAnotherAddressListIsToldToo() throws Exception {
    try (Pair pair = new Pair()) {
      Running keepalived = keepalived(pair.b, 2, 90);
      pair.awaitHolder(pair.b, keepalived);
      Running us =
          pair.node(pair.a, "version=2", "password=another", "vips=10.0.0.50/24,10.0.0.60/24");
      awaitOutput(us, "event: adverts from 10.0.0.52 are discarded: auth");
      // Not hearing each other, both serve: that is the protocol, and why it is told.
      pair.awaitHolder(pair.a, us, keepalived);
      us.tell("status");
      awaitOutput(us, "auth=");
      assertThat(us.output().split("discarded: auth", -1)).hasSize(2);

      us.tell("apply password=s3cret priority=80");
      awaitOutput(us, "10.0.0.52 advertises other virtual addresses than ours");
      Await.until("we give way", SOON, () -> !pair.a.holds(VIP));
      us.tell("apply vips=10.0.0.50/24");
      awaitOutput(us, "10.0.0.52 advertises the same virtual addresses again");
    }
  }

  private static void onlyHolder(LabHost loser, Pair pair) throws Exception {
    Await.until("one holder", SOON, () -> !loser.holds(VIP));
    assertThat(pair.a.holds(VIP) ^ pair.b.holds(VIP)).isTrue();
  }

  private Running us(Pair pair, int version, int priority) throws Exception {
    List<String> settings = new ArrayList<>(List.of("version=" + version, "priority=" + priority));
    if (version == 2) {
      settings.add("password=s3cret");
    }
    return pair.node(pair.a, settings.toArray(String[]::new));
  }

  private Running keepalived(LabHost host, int version, int priority) throws Exception {
    String authentication =
        version == 2 ? "authentication {\n auth_type PASS\n auth_pass s3cret\n }" : "";
    Path config =
        Files.writeString(
            folder.resolve("keepalived.conf"),
            """
            vrrp_instance web {
              version %d
              interface eth0
              virtual_router_id 51
              priority %d
              advert_int 1
              %s
              virtual_ipaddress {
                10.0.0.50/32 dev eth0
              }
            }
            """
                .formatted(version, priority, authentication));
    // A second daemon of this host must not find the first by its pid file.
    String pid = folder.resolve("keepalived-" + System.nanoTime()).toString();
    return host.start(
        "keepalived",
        "-n",
        "-l",
        "-D",
        "-P",
        "-f",
        config.toString(),
        "-p",
        pid,
        "-r",
        pid + "-vrrp");
  }
}
