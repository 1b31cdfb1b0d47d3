package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.Main;
import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import io.vipops.render.VrrpFile;
import io.vipops.render.VrrpYaml;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vipops release} on host a, whose engine was killed; its lease would last a minute. */
@Tag("root")
class ReleaseTest {
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

  private String[] settings(String... more) {
    String[] all = new String[more.length + 2];
    all[0] = "lease=60";
    all[1] = "priority=100";
    System.arraycopy(more, 0, all, 2, more.length);
    return all;
  }

  /** Runs it with the same settings in force; returns what it printed. */
  private String release(String... more) throws Exception {
    write(folder.resolve("state/current"), more);
    Files.writeString(
        folder.resolve("agent.yaml"),
        "version: 1\nsource: {url: 'file:///x'}\nstate_dir: %1$s/state\nrun_dir: %1$s/run\n"
            .formatted(folder));
    Running command =
        pair.a.java(
            Main.class,
            List.of("-XX:TieredStopAtLevel=1"),
            "release",
            "--config",
            folder.resolve("agent.yaml").toString());
    Await.until("release ends", SOON, () -> !command.isAlive());
    assertThat(command.exitCode()).as(command.output()).isZero();
    return command.output();
  }

  private void write(Path generation, String... more) throws Exception {
    Map<String, String> settings = new TreeMap<>(Map.of("address", "10.0.0.51"));
    for (String word : settings(more)) {
      settings.put(word.split("=", 2)[0], word.split("=", 2)[1]);
    }
    VrrpFile file =
        new VrrpFile("web", "lb01", false, true, List.of(Node.instance(settings)), List.of());
    Files.createDirectories(generation);
    Files.write(generation.resolve("vrrp.yaml"), VrrpYaml.encode(file));
  }

  private void kill(Running engine) throws Exception {
    engine.kill();
    assertThat(pair.a.holds(VIP)).as("left behind").isTrue();
  }

  @Test
  void theAddressIsGoneAtOnceAndThePeerTakesOverBecauseItWasTold() throws Exception {
    // The peer's patience, 7.3 s, is not used up when the release speaks on a busy machine.
    String slow = "interval_ms=2000";
    Running us = pair.node(pair.a, settings(slow));
    pair.awaitHolder(pair.a, us);
    Running peer = pair.node(pair.b, "priority=90", slow);
    awaitOutput(peer, "applied");
    kill(us);
    assertThat(release(slow)).contains("removed " + VIP + "/32 from eth0").hasLineCount(1);
    assertThat(pair.a.holds(VIP)).isFalse();
    assertThat(pair.a.holds("10.0.0.51")).isTrue();
    pair.awaitHolder(pair.b, peer);
    awaitOutput(peer, "BACKUP -> ACTIVE: 10.0.0.51 resigned");
    assertThat(release(slow)).contains("no VIP was left here");
  }

  @Test
  void whereAdvertsGoToPeersThePeerIsToldToo() throws Exception {
    String slow = "interval_ms=2000";
    Running us = pair.node(pair.a, settings(slow, "unicast=10.0.0.52"));
    pair.awaitHolder(pair.a, us);
    Running peer = pair.node(pair.b, "priority=90", slow, "unicast=10.0.0.51");
    awaitOutput(peer, "applied");
    kill(us);
    assertThat(release(slow, "unicast=10.0.0.52")).contains("removed " + VIP).hasLineCount(1);
    pair.awaitHolder(pair.b, peer);
    awaitOutput(peer, "BACKUP -> ACTIVE: 10.0.0.51 resigned");
  }

  @Test
  void theTableThatKeptPacketsAwayGoesWithTheAddress() throws Exception {
    Running us = pair.node(pair.a, settings("accept=false"));
    pair.awaitHolder(pair.a, us);
    kill(us);
    assertThat(pair.a.exec("nft", "list", "ruleset")).contains("table inet vipops", VIP);
    assertThat(release("accept=false"))
        .contains("removed " + VIP + "/32 from eth0", "removed nftables table inet vipops")
        .hasLineCount(2);
    assertThat(pair.a.exec("nft", "list", "ruleset")).isEmpty();
    assertThat(release("accept=false")).contains("no VIP was left here");
  }

  @Test
  void theInterfaceWithTheVirtualMacGoesToo() throws Exception {
    Running us = pair.node(pair.a, settings("virtual_mac=true"));
    Await.until("held", SOON, () -> pair.a.ip("addr").contains(" " + VIP + "/32 "));
    us.kill();
    assertThat(release("virtual_mac=true"))
        .contains("removed " + VIP + "/32 from vrrp.51", "removed interface vrrp.51")
        .hasLineCount(2);
    assertThat(pair.a.ip("addr")).doesNotContain(VIP, "vrrp.51");
    assertThat(release("virtual_mac=true")).contains("no VIP was left here");
  }

  @Test
  void keepalivedTakesOverTooAndOnlyOneHolds() throws Exception {
    Running us = pair.node(pair.a, settings("version=2", "password=s3cret"));
    pair.awaitHolder(pair.a, us);
    Running keepalived = keepalived(pair.b);
    awaitOutput(keepalived, "Entering BACKUP STATE");
    kill(us);
    assertThat(release("version=2", "password=s3cret")).contains("removed " + VIP);
    pair.awaitHolder(pair.b, keepalived);
    assertThat(pair.a.holds(VIP)).isFalse();
  }

  @Test
  void overIpv6TheAddressesGoAndThePeerIsToldFromTheLinkLocalAddress() throws Exception {
    pair.withIpv6();
    String[] slow = {"interval_ms=2000", "vips=fe80::50/64,fd00::50/64"};
    Running us = pair.node(pair.a, settings(slow));
    pair.awaitHolder("fd00::50", pair.a, us);
    Running peer = pair.node(pair.b, "priority=90", slow[0], slow[1]);
    awaitOutput(peer, "applied");
    String from = pair.a.linkLocal();
    us.kill();
    assertThat(release(slow))
        .contains("removed fe80::50/128 from eth0", "removed fd00::50/128 from eth0")
        .hasLineCount(2);
    assertThat(pair.a.holds("fd00::50")).isFalse();
    assertThat(pair.a.holds("fd00::51")).as("the node's own").isTrue();
    assertThat(pair.a.linkLocal()).as("the node's own").isEqualTo(from);
    pair.awaitHolder("fd00::50", pair.b, peer);
    awaitOutput(peer, "BACKUP -> ACTIVE: " + from + " resigned");
  }

  @Test
  void whateverLengthLabelOrLifetimeItHasItIsOurs() throws Exception {
    pair.a.ip("addr", "add", VIP + "/24", "dev", "eth0", "label", "eth0:x");
    pair.a.ip("addr", "add", VIP + "/32", "dev", "eth0");
    pair.a.ip("addr", "add", "10.0.0.77/32", "dev", "eth0");
    assertThat(release()).contains("removed " + VIP + "/24", "removed " + VIP + "/32");
    assertThat(pair.a.holds(VIP)).isFalse();
    assertThat(pair.a.holds("10.0.0.77")).as("none of ours").isTrue();
    assertThat(pair.a.holds("10.0.0.51")).isTrue();
  }

  @Test
  void whatIsNotAdvertisedOrLiesOnAnotherInterfaceIsTakenOffToo() throws Exception {
    pair.a.addEthernet(1);
    String excluded = "excluded=10.0.9.50/24,10.0.1.50/24@eth1";
    Running us = pair.node(pair.a, settings(excluded));
    pair.awaitHolder(pair.a, us);
    kill(us);
    assertThat(release(excluded))
        .contains("removed 10.0.9.50/24 from eth0", "removed 10.0.1.50/24 from eth1");
    assertThat(pair.a.ip("-4", "addr")).doesNotContain("10.0.9.50", "10.0.1.50", VIP + "/");
    pair.a.ip("addr", "add", "10.0.1.50/24", "dev", "eth1");
    pair.a.ip("link", "set", "eth0", "down");
    pair.a.ip("link", "set", "eth0", "name", "other0");
    assertThat(release(excluded)).contains("removed 10.0.1.50/24 from eth1");
  }

  @Test
  void whatAnInterruptedApplyWasBetweenIsTakenOffToo() throws Exception {
    pair.a.ip("addr", "add", VIP + "/32", "dev", "eth0");
    generation("00000000000a", "vips=10.0.0.77/24");
    generation("00000000000b", "vips=10.0.0.78/24,10.0.0.51/24", "address=10.0.0.52");
    pair.a.ip("addr", "add", "10.0.0.77/32", "dev", "eth0");
    pair.a.ip("addr", "add", "10.0.0.78/32", "dev", "eth0");
    journal("applied");
    assertThat(release()).contains("removed " + VIP).hasLineCount(1);
    assertThat(pair.a.holds("10.0.0.77")).as("perhaps another's by now").isTrue();
    journal("converge");
    assertThat(release()).contains("removed 10.0.0.77/32", "removed 10.0.0.78/32");
    assertThat(pair.a.holds("10.0.0.77")).isFalse();
    assertThat(pair.a.holds("10.0.0.78")).isFalse();
    assertThat(pair.a.holds("10.0.0.51")).as("the node's own").isTrue();
  }

  private void generation(String id, String... more) throws Exception {
    write(folder.resolve("state/generations").resolve(id), more);
  }

  private void journal(String phase) throws Exception {
    Files.writeString(
        folder.resolve("state/journal"),
        """
        {"previous": "00000000000a", "next": "00000000000b", "phase": "%s", "commit": "x"}
        """
            .formatted(phase));
  }

  @Test
  void anOwnersAddressStays() throws Exception {
    assertThat(release("priority=255", "vips=10.0.0.51/24")).contains("no VIP was left here");
    assertThat(pair.a.holds("10.0.0.51")).isTrue();
  }

  @Test
  void whileAnAgentRunsItsAddressesStay() throws Exception {
    pair.a.ip("addr", "add", VIP + "/32", "dev", "eth0");
    Files.createDirectories(folder.resolve("state"));
    try (FileChannel lock =
            FileChannel.open(
                folder.resolve("state/agent.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThat(release()).contains("an agent runs: its VIPs stay");
      assertThat(pair.a.holds(VIP)).isTrue();
    }
  }

  private Running keepalived(LabHost host) throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("keepalived.conf"),
            """
            vrrp_instance web {
              version 2
              interface eth0
              virtual_router_id 51
              priority 90
              advert_int 1
              authentication {
                auth_type PASS
                auth_pass s3cret
              }
              virtual_ipaddress {
                10.0.0.50/32 dev eth0
              }
            }
            """);
    String pid = folder.resolve("keepalived").toString();
    return host.start(
        "keepalived", "-nlDP", "-f", config.toString(), "-p", pid, "-r", pid + "-vrrp");
  }
}
