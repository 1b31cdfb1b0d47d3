package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Backends;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Cluster;
import io.vipops.lab.Control;
import io.vipops.lab.EndlessPack;
import io.vipops.lab.GitServers;
import io.vipops.lab.HostileProxy;
import io.vipops.lab.Lab;
import io.vipops.lab.LabHost;
import io.vipops.lab.ProbeClients;
import io.vipops.lab.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way in which a Git server can be bad, each met by an agent of its own, all at once. A
 * commit is pushed meanwhile and must be in force with the first whole answer.
 */
@Tag("root")
@EnabledIfSystemProperty(named = "vipops.soak", matches = "true")
class HostileGitServerTest {
  private static final Duration BAD =
      Boolean.getBoolean("vipops.soak") ? Duration.ofMinutes(10) : Duration.ofMinutes(2);

  /** {@code source.timeout} of 5 s and the slack of the step. */
  private static final long DEADLINE_MS = 10_000;

  private static final long MOST_OVER_MS = 2_000;
  private static final int FIRST_PORT = 7000;
  private static final List<String> JVM = List.of("-Xmx64m", "-XX:+UseSerialGC");

  /** One agent. */
  private record Victim(int n, String scheme, String mode, int target) {
    String name() {
      return "n%02d".formatted(n);
    }

    String address() {
      return "10.0.0." + (20 + n);
    }

    String vip() {
      return "10.0.0." + (150 + n);
    }

    int port() {
      return FIRST_PORT + n;
    }

    int realTarget() {
      return switch (scheme) {
        case "git" -> GitServers.GIT;
        case "ssh" -> GitServers.SSH;
        default -> GitServers.TLS;
      };
    }

    String shown() {
      return scheme + " " + mode + (target == realTarget() ? "" : " " + target);
    }
  }

  private static List<Victim> victims() {
    List<Victim> all = new ArrayList<>();
    for (String mode : List.of("refuse", "nosyn", "drip", "reset", "garbage", "refs")) {
      all.add(new Victim(all.size() + 1, "git", mode, GitServers.GIT));
    }
    all.add(new Victim(all.size() + 1, "https", "silent", GitServers.TLS));
    for (int odd = 0; odd < 4; odd++) { // a page, redirects, long headers, a pack without end
      all.add(new Victim(all.size() + 1, "https", "pass", GitServers.TLS_ODD + odd));
    }
    all.add(new Victim(all.size() + 1, "ssh", "drip", GitServers.SSH));
    return all;
  }

  @TempDir Path folder;
  private final List<Victim> victims = victims();
  private GitServers servers;
  private Running proxy;

  private Path home(Victim victim) {
    return folder.resolve(victim.name());
  }

  private String status(Victim victim, String path) {
    return Control.status(home(victim).resolve("run/control.sock"), path);
  }

  private String push(int weight) throws Exception {
    Path admin = folder.resolve("admin");
    for (Victim victim : victims) {
      Files.writeString(admin.resolve(victim.name() + ".yaml"), spec(victim, weight));
    }
    Cluster.git(admin, "add", "-A");
    Cluster.git(admin, "commit", "-q", "-m", "weight " + weight);
    Cluster.git(admin, "push", "-q", servers.bare().toString(), "main");
    return Cluster.git(admin, "rev-parse", "HEAD");
  }

  private static String spec(Victim victim, int weight) {
    return """
    version: 1
    cluster: %1$s
    nodes: {%1$s: {address: %2$s, interface: eth0}}
    vrrp:
      web:
        virtual_router_id: %3$d
        priorities: {%1$s: 100}
        virtual_addresses: [%4$s/24]
    upstreams:
      backend: {servers: [{address: "10.0.0.101:80", weight: %5$d}, 10.0.0.102:80]}
    listeners:
      http: {port: 80}
    routes:
      - {listeners: [http], upstream: backend}
    rollout: {settle: 500ms}
    """
        .formatted(victim.name(), victim.address(), victim.n(), victim.vip(), weight);
  }

  private void startAgent(Lab lab, Victim victim) throws Exception {
    Path home = Files.createDirectories(home(victim).resolve("log")).getParent();
    Path known = home.resolve("known_hosts");
    servers.know(known, victim.port());
    String path = victim.scheme().equals("ssh") ? servers.bare().toString() : "/lb.git";
    String way =
        switch (victim.scheme()) {
          case "ssh" -> ", ssh: {key: %s, known_hosts: %s}".formatted(servers.deployKey(), known);
          case "https" -> ", https: {ca_file: %s}".formatted(servers.caFile());
          default -> "";
        };
    Path config = home.resolve("agent.yaml");
    Files.writeString(
        config,
        """
        version: 1
        node: %1$s
        source: {url: "%2$s://%3$s10.0.0.2:%4$d%5$s", path: %1$s.yaml, poll: 2s, timeout: 5s%6$s}
        state_dir: %7$s/state
        run_dir: %7$s/run
        nginx: {config: %7$s/nginx.conf, pid: %7$s/nginx.pid, log_dir: %7$s/log, service: ""}
        """
            .formatted(
                victim.name(),
                victim.scheme(),
                victim.scheme().equals("ssh") ? "root@" : "",
                victim.port(),
                path,
                way,
                home));
    LabHost host = lab.host(victim.name(), victim.address() + "/24");
    Path launcher = Path.of("target/vipops/bin/vipops").toAbsolutePath();
    agents.add(host.start(launcher.toString(), "agent", "--config", config.toString()));
  }

  private final List<Running> agents = new ArrayList<>();

  private boolean proven(Victim victim, String commit) throws IOException {
    Path journal = home(victim).resolve("state/journal");
    if (!Files.exists(journal)) {
      return false;
    }
    String text = Files.readString(journal);
    return text.contains(commit) && (text.contains("\"settle\"") || text.contains("\"applied\""));
  }

  private void set(Victim victim, int target, String mode) throws Exception {
    boolean drop = mode.equals("nosyn");
    if (victim.mode().equals("nosyn")) {
      servers
          .host()
          .exec(
              "nft",
              drop
                  ? "add table ip bad; add chain ip bad in { type filter hook input priority 0; };"
                      + " add rule ip bad in tcp dport "
                      + victim.port()
                      + " drop"
                  : "add table ip bad; delete table ip bad");
    }
    proxy.tell(victim.port() + " " + target + " " + (drop ? "silent" : mode));
  }

  /** Lines of the proxy's since {@code from} that begin so. */
  private List<String> lines(int from, String begin) {
    String all = proxy.output();
    return all.substring(Math.min(from, all.length()))
        .lines()
        .filter(line -> line.startsWith(begin + " "))
        .toList();
  }

  @Test
  void noStepOutlivesItsDeadlineAndTheFirstWholePollApplies() throws Exception {
    try (Lab lab = Lab.create()) {
      Backends.start(lab, folder);
      servers = GitServers.start(lab, folder, "127.0.0.1");
      servers.host().java(EndlessPack.class, JVM, "9000");
      proxy = servers.host().java(HostileProxy.class, JVM, "10.0.0.2");
      Cluster.git(folder, "init", "-q", "-b", "main", "admin");
      String first = push(1);
      for (Victim victim : victims) {
        set(victim, victim.realTarget(), "whole");
        startAgent(lab, victim);
        // One after the other: starting together they would be late for want of a processor.
        Await.until(
            victim.shown() + ": the first commit",
            Duration.ofMinutes(2),
            () -> proven(victim, first));
      }
      Map<Victim, ClientLog> clients = clients(lab);
      Await.until(
          "every VIP is served",
          Duration.ofSeconds(60),
          () -> {
            for (ClientLog log : clients.values()) {
              if (log.sent(0) - log.failed(0).size() < 5) {
                return false;
              }
            }
            return true;
          });
      long servedMs = System.currentTimeMillis();

      int hostileFrom = proxy.output().length();
      for (Victim victim : victims) {
        set(victim, victim.target(), victim.mode());
      }
      String pending = push(2);
      Thread.sleep(BAD.toMillis()); // the promise is about a time: there is nothing to wait for
      for (Victim victim : victims) {
        assertThat(proven(victim, pending)).as(victim.shown()).isFalse();
        assertToldInOneLine(victim);
      }

      int wholeFrom = proxy.output().length();
      long wholeNs = System.nanoTime();
      for (Victim victim : victims) {
        set(victim, victim.realTarget(), "whole");
      }
      List<Victim> waiting = new ArrayList<>(victims);
      while (!waiting.isEmpty()) {
        assertThat(System.nanoTime() - wholeNs)
            .as("still not applied: %s", waiting)
            .isLessThan(Duration.ofMinutes(3).toNanos());
        for (Victim victim : List.copyOf(waiting)) {
          if (proven(victim, pending)) {
            waiting.remove(victim);
            assertFirstPoll(victim, wholeFrom, (System.nanoTime() - wholeNs) / 1_000_000);
          }
        }
        Thread.sleep(20);
      }
      assertDeadlines(hostileFrom);
      for (Victim victim : victims) {
        assertThat(clients.get(victim).failed(servedMs)).as(victim.shown()).isEmpty();
        assertThat(status(victim, "vrrp.0.transitions")).as(victim.shown()).isEqualTo("1");
      }
    }
  }

  private Map<Victim, ClientLog> clients(Lab lab) throws Exception {
    Map<Victim, ClientLog> logs = new java.util.LinkedHashMap<>();
    List<String> arguments = new ArrayList<>();
    for (Victim victim : victims) {
      Path log = Files.createFile(folder.resolve("client-" + victim.name()));
      logs.put(victim, new ClientLog(log));
      arguments.addAll(List.of(victim.vip(), log.toString()));
    }
    arguments.add("200");
    lab.host("client", "10.0.0.10/24")
        .java(ProbeClients.class, JVM, arguments.toArray(String[]::new));
    return logs;
  }

  private void assertToldInOneLine(Victim victim) {
    String told = status(victim, "degraded_by");
    String restarts = status(victim, "agent.worker_restarts");
    System.out.printf("%-20s %s worker restarts; %s%n", victim.shown(), restarts, told);
    assertThat(told)
        .as(victim.shown())
        .matches("(?s)\\[.*(ls-remote|fetch).*\\]")
        .doesNotContain("Exception")
        .doesNotContain("\n");
  }

  private void assertFirstPoll(Victim victim, int from, long ms) {
    long connections = lines(from, "conn " + victim.port()).size();
    System.out.printf(
        "%-20s applied with connection %d, %.1f s after the server is whole%n",
        victim.shown(), connections, ms / 1000.0);
    // Where the branch stands, and the fetch: a poll that finds something takes both.
    assertThat(connections).as(victim.shown()).isBetween(1L, 2L);
  }

  /** As the other side saw it: a connection lives within one step of one worker. */
  private void assertDeadlines(int from) {
    for (Victim victim : victims) {
      List<Long> bad =
          lines(from, "conn " + victim.port()).stream()
              .filter(line -> !line.endsWith(" whole"))
              .map(line -> Long.parseLong(line.split(" ")[2]))
              .toList();
      long longest =
          lines(from, "end " + victim.port()).stream()
              .map(line -> line.split(" "))
              .filter(words -> bad.contains(Long.parseLong(words[2])))
              .mapToLong(words -> Long.parseLong(words[3]))
              .max()
              .orElse(0);
      System.out.printf(
          "%-20s %d bad connections, the longest %.1f s%n",
          victim.shown(), bad.size(), longest / 1000.0);
      assertThat(longest).as(victim.shown()).isLessThanOrEqualTo(DEADLINE_MS + MOST_OVER_MS);
    }
  }
}
