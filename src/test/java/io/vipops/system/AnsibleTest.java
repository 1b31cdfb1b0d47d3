package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Backends;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Controller;
import io.vipops.lab.Controller.Play;
import io.vipops.lab.Deb;
import io.vipops.lab.DebianTree;
import io.vipops.lab.Lab;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import io.vipops.lab.Snapshot;
import io.vipops.lab.SystemdHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The life of a pair of machines under Ansible: the tests go on from where the last one ended. */
@Tag("root")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AnsibleTest {
  private static final String VIP = "10.0.0.50";

  /** Left out of every comparison. */
  private static final Set<String> KEPT_BY_OTHERS =
      Set.of(
          "var/log", // logs say what happened
          "root/.ansible", // Ansible's own folder on a host
          "var/lib/dpkg", // its bookkeeping; the packages and their states are compared
          "var/cache/apt", // what was downloaded, and APT's index of its lists
          "var/cache/debconf", // its database and a copy of the one before
          "var/tmp", // services' private folders, named by the boot
          "var/lib/apt", // what was installed automatically, and the age of its lists
          "etc/group-", // of the last change to groups, kept by the tool that made it
          "etc/gshadow-",
          "etc/passwd-",
          "etc/shadow-",
          "var/cache/ldconfig", // ldconfig's own, rewritten whenever a package brings a library
          "etc/ld.so.cache");

  private static final Set<String> KEPT_BY_AN_AGENT =
      Stream.concat(KEPT_BY_OTHERS.stream(), Stream.of("run", "var/lib/vipops"))
          .collect(Collectors.toSet());

  private final Map<String, SystemdHost> machines = new LinkedHashMap<>();
  private final Map<String, Snapshot> fresh = new LinkedHashMap<>();
  private Path folder;
  private Lab lab;
  private Controller controller;
  private LabHost client;
  private String commit;

  @BeforeAll
  void bootTwoBareMachines(@TempDir Path dir) throws Exception {
    folder = dir;
    long begunNs = System.nanoTime();
    Path tree = DebianTree.get();
    long treeNs = System.nanoTime();
    lab = Lab.create();
    controller = Controller.create(lab, "10.0.0.9", folder.resolve("ctl"));
    client = lab.host("client", "10.0.0.10/24");
    Backends.start(lab, folder);
    commit = controller.push(Specs.classic(1));
    controller.inventory(Deb.built());
    for (int n = 1; n <= 2; n++) {
      String name = "lb0" + n;
      SystemdHost machine =
          lab.machine(name, "10.0.0.5%d/24".formatted(n), tree, folder.resolve(name));
      machines.put(name, machine);
      controller.admit(machine);
      machine.boot();
    }
    for (Map.Entry<String, SystemdHost> machine : machines.entrySet()) {
      machine.getValue().awaitUp();
      fresh.put(machine.getKey(), Snapshot.of(machine.getValue(), KEPT_BY_OTHERS));
    }
    System.out.printf(
        "tree %d s, machines up and read after %d s more%n",
        seconds(begunNs, treeNs), seconds(treeNs, System.nanoTime()));
  }

  @AfterAll
  void switchOff() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Order(1)
  void aRunningKeepalivedStopsThePlayBeforeAnythingChanges() throws Exception {
    machines.get("lb01").exec("sh", "-c", "cp /bin/sleep /run/keepalived");
    machines
        .get("lb01")
        .exec(
            "systemd-run", "-q", "--unit=other", "--property=Type=exec", "/run/keepalived", "600");
    Play play = controller.play("site.yml");
    machines.get("lb01").exec("systemctl", "stop", "other");
    machines.get("lb01").exec("rm", "/run/keepalived");
    assertRefused(play, "keepalived runs on lb01 (process ", "systemctl disable --now keepalived");
  }

  @Test
  @Order(2)
  void aMissingInterfaceStopsThePlayBeforeAnythingChanges() throws Exception {
    controller.push(
        Specs.classic(1).replace("10.0.0.51, interface: eth0", "10.0.0.51, interface: lan7"));
    Play play = controller.play("site.yml");
    commit = controller.push(Specs.classic(1));
    assertRefused(play, "wants interface lan7 on lb01, but lb01 has only lo, eth0");
  }

  @Test
  @Order(3)
  void aVirtualRouterIdInUseStopsThePlayBeforeAnythingChanges() throws Exception {
    LabHost stranger = lab.host("stranger", "10.0.0.77/24");
    Path conf = folder.resolve("stranger.conf");
    Files.writeString(
        conf,
        """
        vrrp_instance other {
          state MASTER
          interface eth0
          virtual_router_id 51
          priority 123
          virtual_ipaddress { 10.0.0.78/24 }
        }
        """);
    try (Running keepalived =
        stranger.start(
            "keepalived",
            "-nlP",
            "-f",
            conf.toString(),
            "-p",
            folder.resolve("stranger.pid").toString(),
            "-r",
            folder.resolve("stranger-vrrp.pid").toString())) {
      Await.until(
          "the other router is Active", Duration.ofSeconds(20), () -> stranger.holds("10.0.0.78"));
      assertRefused(
          controller.play("site.yml"),
          "Virtual router id 51 is in use on eth0 of lb01 by 10.0.0.77 (VRRP version 2, priority 123)");
    }
  }

  private void assertRefused(Play play, String... message) throws Exception {
    assertThat(play.code()).as(play.output()).isNotZero();
    assertThat(play.output().replaceAll("\\s+", " ")).contains(message);
    assertThat(play.recap("lb01", "changed")).as(play.output()).isZero();
    assertThat(play.recap("lb02", "changed")).as(play.output()).isZero();
    assertUnchanged();
  }

  private void assertUnchanged() throws Exception {
    for (Map.Entry<String, SystemdHost> machine : machines.entrySet()) {
      Snapshot now = Snapshot.of(machine.getValue(), KEPT_BY_OTHERS);
      assertThat(fresh.get(machine.getKey()).difference(now)).as(machine.getKey()).isEmpty();
    }
  }

  @Test
  @Order(4)
  void checkModeSaysWhatItWouldDoAndChangesNothing() throws Exception {
    Play play = controller.play("site.yml", "--check", "--diff");
    assertThat(play.code()).as(play.output()).isZero();
    assertThat(play.output()).contains("would install", "would adopt nginx.conf");
    assertThat(play.recap("lb01", "changed")).isGreaterThan(2);
    assertUnchanged();
  }

  @Test
  @Order(5)
  void siteBringsTheVipUpAndASecondRunChangesNothing() throws Exception {
    long begunNs = System.nanoTime();
    Play play = controller.play("site.yml");
    assertThat(play.code()).as(play.output()).isZero();
    long firstNs = System.nanoTime();
    awaitService();
    Play second = controller.play("site.yml");
    assertThat(second.code()).as(second.output()).isZero();
    assertThat(List.of(second.recap("lb01", "changed"), second.recap("lb02", "changed")))
        .as(second.output())
        .containsExactly(0, 0);
    System.out.printf(
        "site.yml %d s, again %d s%n",
        seconds(begunNs, firstNs), seconds(firstNs, System.nanoTime()));
  }

  @Test
  @Order(6)
  void bothMachinesRebootAtOnceFiveTimesAndServeAgainByThemselves() throws Exception {
    String generation = generation("lb01");
    for (int round = 1; round <= 5; round++) {
      boolean orderly = round % 2 == 1;
      for (SystemdHost machine : machines.values()) {
        if (orderly) {
          machine.exec("systemctl", "--no-block", "reboot");
        } else {
          machine.cutPower();
        }
      }
      for (SystemdHost machine : machines.values()) {
        machine.awaitOff();
      }
      for (SystemdHost machine : machines.values()) {
        machine.boot();
      }
      Duration serving = awaitService();
      assertThat(generation("lb01")).isEqualTo(generation);
      System.out.printf(
          "reboot %d (%s): serving after %d ms%n",
          round, orderly ? "orderly" : "power cut", serving.toMillis());
    }
  }

  @Test
  @Order(7)
  void anUpgradeTakesTheBackupFirstAndLeavesNobodyDrained() throws Exception {
    Await.until(
        "the VIP on lb01, where it belongs",
        Duration.ofMinutes(1),
        () -> machines.get("lb01").network().holds(VIP));
    Path later = Deb.withVersion("9.0", folder);
    ClientLog log = ClientLog.start(client, VIP, folder, 10);
    Await.until("the client asks", Duration.ofSeconds(20), () -> log.sent(0) > 10);
    Play play = controller.play("site.yml", "-e", "vipops_deb=" + later);
    assertThat(play.code()).as(play.output()).isZero();
    awaitService();
    for (SystemdHost machine : machines.values()) {
      assertThat(machine.exec("dpkg-query", "-W", "-f", "${Version}", "vipops")).isEqualTo("9.0");
      assertThat(machine.exec("vipops", "status", "--json").replaceAll("\\s", ""))
          .contains("\"drained\":false");
    }
    assertThat(play.output().indexOf("changed: [lb02]"))
        .as(play.output())
        .isPositive()
        .isLessThan(play.output().indexOf("changed: [lb01]"));
    assertThat(log.gapMs(0)).isLessThan(5000);
    System.out.printf(
        "upgrade: %d requests, %d failed, longest gap %d ms%n",
        log.sent(0), log.failed(0).size(), log.gapMs(0));
  }

  @Test
  @Order(8)
  void removeLeavesTheMachinesAsTheyWere() throws Exception {
    Map<String, Snapshot> serving = new LinkedHashMap<>();
    for (Map.Entry<String, SystemdHost> machine : machines.entrySet()) {
      serving.put(machine.getKey(), Snapshot.of(machine.getValue(), KEPT_BY_AN_AGENT));
    }
    Play check = controller.play("remove.yml", "--check");
    assertThat(check.code()).as(check.output()).isZero();
    for (Map.Entry<String, SystemdHost> machine : machines.entrySet()) {
      Snapshot now = Snapshot.of(machine.getValue(), KEPT_BY_AN_AGENT);
      assertThat(serving.get(machine.getKey()).difference(now))
          .as(machine.getKey())
          // Its lease runs.
          .filteredOn(line -> !line.contains(" inet " + VIP + "/"))
          .isEmpty();
    }
    awaitService();
    Play play = controller.play("remove.yml");
    assertThat(play.code()).as(play.output()).isZero();
    assertUnchanged();
    Play second = controller.play("remove.yml");
    assertThat(second.code()).as(second.output()).isZero();
    assertThat(List.of(second.recap("lb01", "changed"), second.recap("lb02", "changed")))
        .as(second.output())
        .containsExactly(0, 0);
  }

  /** One Active, both nodes healthy with the commit, nginx with the generation, the VIP serves. */
  private Duration awaitService() throws Exception {
    return Await.until(
        "the pair serves", Duration.ofMinutes(4), () -> holders() == 1 && serves() && healthy());
  }

  private long holders() throws Exception {
    long count = 0;
    for (SystemdHost machine : machines.values()) {
      count += machine.network().holds(VIP) ? 1 : 0;
    }
    return count;
  }

  private boolean serves() throws InterruptedException {
    try {
      return client.exec("curl", "-sm2", "http://" + VIP + "/").startsWith("b10");
    } catch (IOException e) {
      return false;
    }
  }

  private boolean healthy() throws Exception {
    for (Map.Entry<String, SystemdHost> machine : machines.entrySet()) {
      String status =
          machine.getValue().attempt("vipops", "status", "--json").replaceAll("\\s", "");
      String running = generation(machine.getKey());
      if (!status.contains("\"health\":\"healthy\"")
          || !status.contains("\"applied\":\"" + commit + "\"")
          || !status.contains("\"id\":\"" + running + "\"")) {
        return false;
      }
    }
    return true;
  }

  /** What the node's nginx answers that it runs; "" without an answer. */
  private String generation(String node) throws InterruptedException {
    try {
      return machines
          .get(node)
          .network()
          .exec("curl", "-sm2", "http://127.0.0.1:9182/generation")
          .strip();
    } catch (IOException e) {
      return "none";
    }
  }

  private static long seconds(long fromNs, long toNs) {
    return (toNs - fromNs) / 1_000_000_000;
  }
}
