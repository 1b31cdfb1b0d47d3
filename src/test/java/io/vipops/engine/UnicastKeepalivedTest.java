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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without the group, a pair of which one half is keepalived: host a runs us, host b runs it. */
@Tag("root")
@Execution(CONCURRENT) // adverts every second: it waits more than it works
class UnicastKeepalivedTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"2, 10.0.0.50/24", "3, 10.0.0.50/24", "3, 'fe80::50/64,fd00::50/64'"})
  void eachTakesOverFromTheOtherWhenThatStopsAndGivesBackWhenThatReturns(int version, String vips)
      throws Exception {
    boolean ipv6 = vips.contains(":");
    String vip = ipv6 ? "fd00::50" : Pair.VIP;
    try (Pair pair = new Pair()) {
      if (ipv6) {
        pair.withIpv6();
      }
      String ours = ipv6 ? pair.a.linkLocal() : "10.0.0.51";
      String theirs = ipv6 ? pair.b.linkLocal() : "10.0.0.52";
      String proto = ipv6 ? "ip6 proto 112 and dst host ff02::12" : "dst host 224.0.0.18";
      Capture group = new Capture(pair.b, folder.resolve("group.pcap"), proto);
      Capture peer = new Capture(pair.b, folder.resolve("peer.pcap"), "dst host " + theirs);
      Running us = us(pair, version, vips, theirs, 100);
      pair.awaitHolder(vip, pair.a, us);
      Running keepalived = keepalived(pair.b, version, vips, theirs, ours);
      awaitOutput(keepalived, "Entering BACKUP STATE");

      us.stop();
      pair.awaitHolder(vip, pair.b, us, keepalived);
      us = us(pair, version, vips, theirs, 100);
      pair.awaitHolder(vip, pair.a, us, keepalived);
      onlyHolder(vip, pair.b, pair);

      us.kill();
      pair.awaitHolder(vip, pair.b, us, keepalived);
      assertThat(pair.a.holds(vip)).isFalse();
      us = us(pair, version, vips, theirs, 80);
      awaitOutput(us, "applied");

      keepalived.stop();
      pair.awaitHolder(vip, pair.a, us, keepalived);
      awaitOutput(us, theirs + " resigned");
      assertThat(us.output()).doesNotContain("discarded");
      keepalived = keepalived(pair.b, version, vips, theirs, ours);
      pair.awaitHolder(vip, pair.b, us, keepalived);
      onlyHolder(vip, pair.a, pair);
      assertThat(us.output()).doesNotContain("other virtual addresses");
      assertThat(group.frames()).isEmpty();
      assertThat(peer.frames()).isNotEmpty();
    }
  }

  private static void onlyHolder(String vip, LabHost loser, Pair pair) throws Exception {
    Await.until("one holder", SOON, () -> !loser.holds(vip));
    assertThat(pair.a.holds(vip) ^ pair.b.holds(vip)).isTrue();
  }

  private static Running us(Pair pair, int version, String vips, String peer, int priority)
      throws Exception {
    List<String> settings = new ArrayList<>(List.of("version=" + version, "priority=" + priority));
    settings.addAll(List.of("vips=" + vips, "unicast=" + peer));
    if (vips.contains(":")) {
      settings.add("min_ttl=64"); // keepalived 2.2.7 sends so over IPv6, whatever it is told
    }
    if (version == 2) {
      settings.add("password=s3cret");
    }
    return pair.node(pair.a, settings.toArray(String[]::new));
  }

  private Running keepalived(LabHost host, int version, String vips, String from, String to)
      throws Exception {
    String authentication =
        version == 2 ? "authentication {\n auth_type PASS\n auth_pass s3cret\n }" : "";
    String length = vips.contains(":") ? "/128" : "/32";
    String addresses =
        Arrays.stream(vips.split(","))
            .map(it -> it.replaceFirst("/.*", length + " dev eth0\n"))
            .collect(Collectors.joining());
    Path config =
        Files.writeString(
            folder.resolve("keepalived.conf"),
            """
            vrrp_instance web {
              version %d
              interface eth0
              virtual_router_id 51
              priority 90
              advert_int 1
              unicast_src_ip %s
              unicast_peer {
                %s
              }
              %s
              virtual_ipaddress {
                %s
              }
            }
            """
                .formatted(version, from, to, authentication, addresses));
    String pid = folder.resolve("keepalived-" + System.nanoTime()).toString();
    return host.start(
        "keepalived", "-nlDP", "-f", config.toString(), "-p", pid, "-r", pid + "-vrrp");
  }
}
