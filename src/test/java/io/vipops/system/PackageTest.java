package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Backends;
import io.vipops.lab.Command;
import io.vipops.lab.Deb;
import io.vipops.lab.DebianTree;
import io.vipops.lab.Lab;
import io.vipops.lab.Snapshot;
import io.vipops.lab.SystemdHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The life of the package on a machine that has no Java: the tests go on from where the last one
 * ended.
 */
@Tag("root")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PackageTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String VIP = "10.0.0.50";

  private static final String NGINX_CONF = "/etc/nginx/nginx.conf";

  /** In tenths, as systemd-analyze takes it. */
  private static final int EXPOSURE_LIMIT = 32;

  private static final long PACKED_LIMIT = 60_000_000;

  /** Bits of capabilities(7) that the worker must not have: NET_ADMIN, NET_RAW. */
  private static final long NETWORK_CAPABILITIES = 1L << 12 | 1L << 13;

  /** Kept by dpkg, systemd and the tools that change groups; none of it is the package's. */
  private static final Set<String> KEPT_BY_OTHERS =
      Set.of(
          "var/log",
          "var/lib/dpkg",
          "var/lib/systemd",
          "etc/group-",
          "etc/gshadow-",
          "etc/passwd-",
          "etc/shadow-",
          "etc/subuid-",
          "etc/subgid-",
          "var/tmp",
          "tmp",
          "run",
          "proc",
          "sys",
          "dev");

  @TempDir static Path folder;
  private Lab lab;
  private SystemdHost machine;
  private Path deb;
  private Snapshot before;
  private String originalNginx;

  @BeforeAll
  void bootAMachineWithNginx() throws Exception {
    deb = Deb.built();
    lab = Lab.create();
    Backends.start(lab, folder);
    machine = lab.machine("lb01", "10.0.0.51/24", DebianTree.get(), folder.resolve("lb01"));
    Files.copy(deb, machine.root().resolve("root/vipops.deb"));
    Files.copy(tarball(), machine.root().resolve("root/vipops.tar.gz"));
    pushTo(machine.root().resolve("srv/lb.git"));
    machine.boot();
    machine.awaitUp();
    machine.exec(
        "apt-get", "-qq", "-y", "--no-install-recommends", "--no-download", "install", "nginx");
    machine.exec("systemctl", "start", "nginx");
    originalNginx = machine.exec("sha256sum", NGINX_CONF);
    before = Snapshot.of(machine, KEPT_BY_OTHERS);
  }

  @AfterAll
  void switchOff() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Order(1)
  void theTarballValidatesWhereItIsUnpacked() throws Exception {
    assertThat(machine.attempt("sh", "-c", "command -v java")).isEmpty();
    machine.exec("tar", "-C", "/opt", "-xzf", "/root/vipops.tar.gz");
    Files.copy(
        Path.of("examples/classic/cluster.yaml"), machine.root().resolve("root/cluster.yaml"));
    String vipops = machine.exec("sh", "-c", "echo /opt/vipops-*/bin/vipops").strip();
    assertThat(machine.exec(vipops, "validate", "/root/cluster.yaml")).contains("valid");
    machine.exec(vipops.replace("bin/vipops", "bin/make-archive"));
    assertThat(machine.exec(vipops, "--version")).startsWith("vipops ");
    machine.exec("sh", "-c", "rm -r /opt/vipops-* /root/cluster.yaml");
    assertThat(before.difference(Snapshot.of(machine, KEPT_BY_OTHERS))).isEmpty();
  }

  @Test
  @Order(2)
  void installingIsSmallAndTouchesNothingOfNginx() throws Exception {
    String nginx = machine.exec("systemctl", "show", "-P", "MainPID", "nginx");
    assertThat(machine.exec("dpkg", "-i", "/root/vipops.deb")).doesNotContain("could not be made");
    long packed = Files.size(deb);
    String installed = machine.exec("du", "-sm", "/usr/lib/vipops").split("\\s", -1)[0];
    String archives =
        machine.exec("sh", "-c", "du -cm /usr/lib/vipops/lib/*.jsa | tail -n 1")
            .split("\\s", -1)[0];
    System.out.printf(
        "package: %.1f MB packed, %s MB installed, of it %s MB class-data archives made there%n",
        packed / 1e6, installed, archives);
    assertThat(packed).isLessThanOrEqualTo(PACKED_LIMIT);
    assertThat(machine.exec("vipops", "validate", "/usr/share/doc/vipops/examples/classic"))
        .contains("valid");
    assertThat(machine.exec("sha256sum", NGINX_CONF)).isEqualTo(originalNginx);
    assertThat(machine.exec("systemctl", "show", "-P", "MainPID", "nginx")).isEqualTo(nginx);
    assertThat(machine.exec("systemctl", "is-enabled", "vipops", "vipops-recover"))
        .isEqualTo("enabled\nenabled\n");
    assertThat(machine.exec("systemctl", "show", "-P", "ActiveState", "vipops"))
        .as("not configured yet")
        .isEqualTo("inactive\n");
    assertThat(machine.exec("systemctl", "is-system-running")).isEqualTo("running\n");
  }

  @Test
  @Order(3)
  void theUnitIsHardened() throws Exception {
    String unit = "/usr/lib/systemd/system/vipops.service";
    String exposure =
        machine.exec(
            "systemd-analyze",
            "security",
            "--offline=true",
            "--no-pager",
            "--threshold=" + EXPOSURE_LIMIT,
            unit);
    System.out.println(exposure.strip().lines().reduce((first, last) -> last).orElseThrow());
    assertThat(machine.exec("systemd-analyze", "verify", "--man=no", unit)).isEmpty();
  }

  @Test
  @Order(4)
  void theAgentRunsInItsSandboxAndHoldsTheVip() throws Exception {
    Files.writeString(
        machine.root().resolve("etc/vipops/agent.yaml"),
        "version: 1\nsource: {url: \"file:///srv/lb.git\", poll: 1s}\n");
    machine.exec("systemctl", "start", "vipops");
    Await.until("not adopted", LIMIT, () -> status().contains("not adopted"));
    assertThat(machine.exec("sha256sum", NGINX_CONF)).isEqualTo(originalNginx);
    machine.exec("vipops", "adopt");
    Await.until("VIP is here", LIMIT, () -> machine.network().holds(VIP));
    Await.until("healthy", LIMIT, () -> !machine.attempt("vipops", "status").isEmpty());
    assertThat(machine.exec("readlink", NGINX_CONF)).startsWith("/var/lib/vipops/current/");
    assertThat(machine.network().exec("curl", "-s", "http://" + VIP + "/")).startsWith("b10");
    assertThat(machine.exec("stat", "-c", "%a %U %G", "/run/vipops/control.sock"))
        .isEqualTo("660 root vipops\n");
  }

  @Test
  @Order(5)
  void theWorkerHasNoCapabilityOfTheNetworkAndGoesFirstWhenMemoryRunsOut() throws Exception {
    String agent = mainPid();
    String worker = machine.exec("cat", "/proc/%1$s/task/%1$s/children".formatted(agent)).strip();
    if (worker.isEmpty()) { // started from another thread
      worker = machine.exec("sh", "-c", "cat /proc/" + agent + "/task/*/children").strip();
    }
    assertThat(worker).as("one child").matches("[0-9]+");
    assertThat(capabilities(agent) & NETWORK_CAPABILITIES).isEqualTo(NETWORK_CAPABILITIES);
    for (String kind : List.of("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")) {
      assertThat(capabilities(worker, kind) & NETWORK_CAPABILITIES).as(kind).isZero();
    }
    for (String process : List.of(agent, worker)) {
      assertThat(
              machine.exec("grep", "-E", "^(NoNewPrivs|Seccomp):", "/proc/" + process + "/status"))
          .as("no way to more rights; mode 2: a filter of system calls")
          .isEqualTo("NoNewPrivs:\t1\nSeccomp:\t2\n");
    }
    assertThat(machine.exec("cat", "/proc/" + worker + "/oom_score_adj")).isEqualTo("500\n");
    // A container may not lower it, a host may: here the unit is all that can be asked.
    assertThat(machine.exec("systemctl", "show", "-P", "OOMScoreAdjust", "vipops"))
        .isEqualTo("-900\n");
  }

  /** The package's user of scripts is there, and one in the group may do more than look. */
  @Test
  @Order(6)
  void aMemberOfTheGroupIsNamedInTheJournal() throws Exception {
    String start = now();
    String group = machine.exec("getent", "group", "vipops").split(":", -1)[2];
    List<String> asMember =
        List.of("setpriv", "--reuid=4101", "--regid=4101", "--groups=" + group, "vipops", "sync");
    machine.exec(asMember.toArray(String[]::new));
    assertThat(journal(start))
        .containsPattern("sync by a user without a name \\(uid 4101, pid \\d+");
    assertThat(machine.exec("id", "-un", "vipops-script")).isEqualTo("vipops-script\n");
    assertThat(machine.exec("id", "-Gn", "vipops-script")).isEqualTo("vipops-script\n");
  }

  @Test
  @Order(6)
  void anNginxThatWasStoppedStaysStoppedWhenTheAgentStartsAgain() throws Exception {
    machine.exec("systemctl", "stop", "vipops");
    assertThat(machine.network().holds(VIP)).isFalse();
    machine.exec("systemctl", "stop", "nginx");
    String start = now();
    machine.exec("systemctl", "start", "vipops");
    Await.until("it has looked", LIMIT, () -> journal(start).contains("resume: converge: "));
    assertThat(machine.attempt("systemctl", "is-active", "nginx")).isEmpty();
    machine.exec("systemctl", "start", "nginx");
    Await.until("VIP is here again", LIMIT, () -> machine.network().holds(VIP));
  }

  @Test
  @Order(7)
  void systemdTakesTheVipOffAKilledAgentAndStartsItAgain() throws Exception {
    String before = mainPid();
    String start = now();
    machine.exec("kill", "-KILL", before);
    Await.until("started again", LIMIT, () -> isAnother(mainPid(), before));
    assertThat(journal(start))
        .as("while it was still there, so before the lease ended")
        .contains("removed " + VIP + "/32 from eth0");
    Await.until("VIP is here again", LIMIT, () -> machine.network().holds(VIP));
  }

  @Test
  @Order(8)
  void systemdEndsAnAgentThatHangs() throws Exception {
    String before = mainPid();
    String start = now();
    machine.exec("kill", "-STOP", before);
    Await.until("VIP ends with its lease", LIMIT, () -> !machine.network().holds(VIP));
    Await.until("started again", LIMIT, () -> isAnother(mainPid(), before));
    assertThat(journal(start)).contains("Watchdog timeout");
    Await.until("VIP is here again", LIMIT, () -> machine.network().holds(VIP));
  }

  @Test
  @Order(9)
  void aWrongAgentYamlIsNotTriedAgain() throws Exception {
    Path config = machine.root().resolve("etc/vipops/agent.yaml");
    String good = Files.readString(config);
    machine.exec("systemctl", "stop", "vipops");
    machine.exec("systemctl", "reset-failed", "vipops");
    Files.writeString(config, "version: 1\nsauce: {}\n");
    assertThat(machine.attempt("systemctl", "start", "vipops")).isEmpty();
    Await.until("failed", LIMIT, () -> unit("ActiveState").equals("failed"));
    assertThat(unit("ExecMainStatus")).isEqualTo("78");
    assertThat(unit("NRestarts")).isEqualTo("0");
    Files.writeString(config, good);
    machine.exec("systemctl", "start", "vipops");
    Await.until("VIP is here again", LIMIT, () -> machine.network().holds(VIP));
  }

  @Test
  @Order(10)
  void anUpgradeKeepsWhatWasConfiguredAndRestartsTheAgent() throws Exception {
    String before = mainPid();
    machine.exec("sh", "-c", "echo '# kept' >> /etc/default/vipops");
    machine.exec("dpkg", "-i", "/root/vipops.deb");
    assertThat(mainPid()).isNotEqualTo(before).isNotEqualTo("0");
    assertThat(machine.exec("tail", "-n", "1", "/etc/default/vipops")).isEqualTo("# kept\n");
    Await.until("VIP is here again", LIMIT, () -> machine.network().holds(VIP));
    machine.exec("systemctl", "stop", "vipops");
    machine.exec("dpkg", "-i", "/root/vipops.deb");
    assertThat(mainPid()).as("stopped by hand, so it stays stopped").isEqualTo("0");
    machine.exec("systemctl", "start", "vipops");
  }

  @Test
  @Order(11)
  void nginxOutlivesRemovalAndPurgeLeavesNothing() throws Exception {
    String nginx = machine.exec("systemctl", "show", "-P", "MainPID", "nginx");
    machine.exec("dpkg", "--remove", "vipops");
    assertThat(machine.network().holds(VIP)).isFalse();
    assertThat(machine.exec("systemctl", "show", "-P", "MainPID", "nginx")).isEqualTo(nginx);
    assertThat(machine.exec("ls", "/etc/vipops/agent.yaml", "/var/lib/vipops/current"))
        .isNotEmpty();
    machine.exec("nginx", "-t");
    assertThat(machine.exec("sh", "-c", "ls /usr/lib/vipops 2>&1 || true")).contains("No such");

    machine.exec("dpkg", "-i", "/root/vipops.deb");
    assertThat(mainPid()).as("installed again, so it starts").isNotEqualTo("0");
    Await.until("VIP is here again", LIMIT, () -> machine.network().holds(VIP));
    machine.exec("dpkg", "--purge", "vipops");
    assertThat(machine.exec("systemctl", "show", "-P", "MainPID", "nginx")).isEqualTo(nginx);
    assertThat(machine.exec("sha256sum", NGINX_CONF)).isEqualTo(originalNginx);
    machine.exec("systemctl", "restart", "nginx");
    assertThat(before.difference(Snapshot.of(machine, KEPT_BY_OTHERS))).isEmpty();
  }

  @Test
  @Order(12)
  void lintianAndManHaveNothingToSay() throws Exception {
    assertThat(Command.run("lintian", "--allow-root", "--fail-on", "error,warning", deb.toString()))
        .isEmpty();
    try (var pages = Files.list(Path.of("target/package/share/man"))) {
      for (Path page : pages.toList()) {
        assertThat(
                Command.run(
                    "sh", "-c", "LC_ALL=C.UTF-8 man --warnings -l " + page + " 2>&1 >/dev/null"))
            .as(page.toString())
            .isEmpty();
      }
    }
  }

  private String status() throws InterruptedException {
    return machine.attempt("sh", "-c", "vipops status 2>&1 || true");
  }

  private String mainPid() throws Exception {
    return unit("MainPID");
  }

  private String unit(String property) throws Exception {
    return machine.exec("systemctl", "show", "-P", property, "vipops").strip();
  }

  private static boolean isAnother(String pid, String before) {
    return !pid.equals("0") && !pid.equals(before);
  }

  /** A place in the journal, for {@link #journal}. */
  private String now() throws Exception {
    String last = "journalctl -q -n 1 --show-cursor | sed -n 's/^-- cursor: //p'";
    return machine.exec("sh", "-c", last).strip();
  }

  /** What the unit wrote since, and systemd about it. */
  private String journal(String since) throws Exception {
    return machine.exec(
        "journalctl", "-q", "-o", "cat", "--no-pager", "-u", "vipops", "--after-cursor=" + since);
  }

  private long capabilities(String pid) throws Exception {
    return capabilities(pid, "CapEff");
  }

  private long capabilities(String pid, String kind) throws Exception {
    String line = machine.exec("grep", kind, "/proc/" + pid + "/status");
    return Long.parseLong(line.replaceFirst(".*:", "").strip(), 16);
  }

  private static Path tarball() throws Exception {
    try (var files = Files.list(Path.of("target").toAbsolutePath())) {
      return files
          .filter(it -> it.getFileName().toString().matches("vipops-.*-linux-.*\\.tar\\.gz"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no tar.gz: run mvn -Ppackage package"));
    }
  }

  private void pushTo(Path bare) throws Exception {
    Path work = Files.createDirectories(folder.resolve("spec"));
    Files.writeString(work.resolve("cluster.yaml"), Specs.classic(1));
    git("init", "-q", "--bare", "-b", "main", bare.toString());
    git("-C", work.toString(), "init", "-q", "-b", "main");
    git("-C", work.toString(), "add", ".");
    git(
        "-C",
        work.toString(),
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "commit",
        "-qm",
        "one");
    git("-C", work.toString(), "push", "-q", bare.toString(), "main");
  }

  private static void git(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Command.run(Arrays.asList(command));
  }
}
