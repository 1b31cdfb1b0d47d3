package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Backends;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Cluster;
import io.vipops.lab.EndlessPack;
import io.vipops.lab.GitServers;
import io.vipops.lab.HostileProxy;
import io.vipops.lab.Lab;
import io.vipops.lab.ProbeClients;
import io.vipops.lab.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way in which a Git server can be bad, each met by an agent of its own, all at once. A
 * commit is pushed meanwhile and must be in force with the first whole answer.
 */
@Tag("root")
class HostileGitServerTest {
  private static final boolean SOAK = Boolean.getBoolean("vipops.soak");
  private static final Duration BAD =
      Duration.ofSeconds(Integer.getInteger("vipops.bad_seconds", SOAK ? 600 : 60));

  /** Of the step, over {@code source.timeout}. */
  private static final long SLACK_MS = 5_000;

  private static final long MOST_OVER_MS = 2_000;

  /** How long a connection or a step may last, seen from outside. */
  private static long limitMs(Victim victim) {
    return victim.timeoutS() * 1000L + SLACK_MS + MOST_OVER_MS;
  }

  /**
   * {@code source.poll} with its 10 %: what waits is in force within it, a busy machine's slack
   * aside.
   */
  private static final long POLL_MS = SOAK ? 16_500 : 22_000;

  private static final Duration LOOK_EVERY = Duration.ofMillis(250);
  private static final List<String> JVM = List.of("-Xmx64m", "-XX:+UseSerialGC");

  private List<Victim> victims() {
    List<Victim> all = new ArrayList<>();
    for (String mode : List.of("refuse", "drip", "garbage")) {
      add(all, "git", mode, GitServers.GIT);
    }
    for (String mode : List.of("reset", "drip")) {
      add(all, "https", mode, GitServers.TLS);
    }
    add(all, "ssh", "drip", GitServers.SSH);
    if (SOAK) {
      for (String mode : List.of("nosyn", "reset", "refs")) {
        add(all, "git", mode, GitServers.GIT);
      }
      for (String mode : List.of("silent", "garbage")) {
        add(all, "https", mode, GitServers.TLS);
      }
      for (int odd = 0; odd < 4; odd++) { // a page, redirects, long headers, a pack without end
        add(all, "https", "pass", GitServers.TLS_ODD + odd);
      }
      for (String mode : List.of("reset", "garbage")) {
        add(all, "ssh", mode, GitServers.SSH);
      }
    }
    return all;
  }

  private void add(List<Victim> all, String scheme, String mode, int target) {
    all.add(new Victim(all.size() + 1, scheme, mode, target, folder));
  }

  @TempDir Path folder;
  private List<Victim> victims;
  private GitServers servers;
  private Running proxy;

  private String push(int weight) throws Exception {
    Path admin = folder.resolve("admin");
    for (Victim victim : victims) {
      Files.writeString(admin.resolve(victim.name() + ".yaml"), victim.spec(weight));
    }
    Cluster.git(admin, "add", "-A");
    Cluster.git(admin, "commit", "-q", "-m", "weight " + weight);
    Cluster.git(admin, "push", "-q", servers.bare().toString(), "main");
    return Cluster.git(admin, "rev-parse", "HEAD");
  }

  private void start(Lab lab, Victim victim, String first) throws Exception {
    set(victim, victim.realTarget(), "whole");
    Running agent = victim.start(lab, servers);
    try {
      Await.until(victim + ": the first commit", Duration.ofMinutes(2), () -> victim.proven(first));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + agent.output(), e);
    }
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
    int from = proxy.output().length();
    proxy.tell(victim.port() + " " + target + " " + (drop ? "silent" : mode));
    // Or a poll could slip through to what is pushed next.
    Await.until(victim + ": " + mode, Duration.ofSeconds(30), () -> !lines(from, "set").isEmpty());
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
    victims = victims();
    try (Lab lab = Lab.create()) {
      Backends.start(lab, folder);
      servers = GitServers.start(lab, folder, "127.0.0.1");
      servers.host().java(EndlessPack.class, JVM, "9000");
      proxy = servers.host().java(HostileProxy.class, JVM, "10.0.0.2");
      Cluster.git(folder, "init", "-q", "-b", "main", "admin");
      String first = push(1);
      for (Victim victim : victims) {
        // One after the other: starting together they would be late for want of a processor.
        start(lab, victim, first);
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
      watchSteps();
      for (Victim victim : victims) {
        assertThat(victim.proven(pending)).as(victim.toString()).isFalse();
      }
      assertToldInOneLine();

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
          if (victim.proven(pending)) {
            waiting.remove(victim);
            assertFirstPoll(victim, wholeFrom, (System.nanoTime() - wholeNs) / 1_000_000);
          }
        }
        Thread.sleep(20);
      }
      if (SOAK) {
        Await.until("what hung is let go", Duration.ofMinutes(1), () -> isLetGo(hostileFrom));
      }
      assertDeadlines(hostileFrom);
      for (Victim victim : victims) {
        assertThat(clients.get(victim).failed(servedMs)).as(victim.toString()).isEmpty();
        assertThat(victim.status("vrrp.0.transitions")).as(victim.toString()).isEqualTo("1");
      }
    }
  }

  private Map<Victim, ClientLog> clients(Lab lab) throws Exception {
    Map<Victim, ClientLog> logs = new LinkedHashMap<>();
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

  /** As the agent sees it, for as long as the servers are bad. */
  private void watchSteps() throws Exception {
    Map<Victim, LongestFetch> fetches = new LinkedHashMap<>();
    victims.forEach(victim -> fetches.put(victim, new LongestFetch()));
    long endNs = System.nanoTime() + BAD.toNanos();
    while (System.nanoTime() - endNs < 0) {
      for (Victim victim : victims) {
        fetches.get(victim).look(victim);
      }
      Thread.sleep(LOOK_EVERY.toMillis());
    }
    for (Victim victim : victims) {
      long longest = fetches.get(victim).longestMs();
      System.out.printf("%-20s the longest fetch %.1f s%n", victim, longest / 1000.0);
      // To ask where the branch stands is a step, to fetch what is there is another.
      int steps = victim.target() == GitServers.TLS_ODD + 3 ? 2 : 1;
      assertThat(longest).as(victim.toString()).isLessThanOrEqualTo(steps * limitMs(victim));
    }
  }

  private void assertToldInOneLine() {
    SoftAssertions all = new SoftAssertions();
    for (Victim victim : victims) {
      String told = victim.status("degraded_by");
      String restarts = victim.status("agent.worker_restarts");
      System.out.printf("%-20s %s worker restarts; %s%n", victim, restarts, told);
      all.assertThat(told)
          .as(victim.toString())
          // Between two workers there is none for a moment.
          .matches(
              "\\[(the worker is down, )?"
                  + "(ls-remote|fetch|worker: step fetch).*(: check|: set|: take|; another).*\\]")
          .doesNotContain("Exception");
    }
    all.assertAll();
  }

  private void assertFirstPoll(Victim victim, int from, long ms) {
    long connections = lines(from, "conn " + victim.port()).size();
    System.out.printf(
        "%-20s applied with connection %d, %.1f s after the server is whole%n",
        victim, connections, ms / 1000.0);
    // Where the branch stands, and the fetch: a poll that finds something takes both.
    // A server that did not answer to the short question is asked in the ordinary way since, and
    // beside a question that hangs there is another: each may take one more.
    boolean hangs = List.of("drip", "silent", "refs", "nosyn").contains(victim.mode());
    long most = hangs || victim.mode().equals("pass") ? 3 : 2;
    assertThat(connections).as(victim.toString()).isBetween(1L, most);
    assertThat(ms).as(victim.toString()).isLessThanOrEqualTo(POLL_MS);
  }

  /** Whether every connection that met a bad server has ended. */
  private boolean isLetGo(int from) {
    Set<String> ended = new HashSet<>();
    lines(from, "end").forEach(line -> ended.add(line.split(" ")[2]));
    return lines(from, "conn").stream()
        .filter(line -> !line.endsWith(" whole") && !line.endsWith(" pass"))
        .allMatch(line -> ended.contains(line.split(" ")[2]));
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
      if (!List.of("refuse", "nosyn").contains(victim.mode())) {
        assertThat(bad).as(victim.toString()).isNotEmpty();
      }
      System.out.printf(
          "%-20s %d bad connections, the longest %.1f s%n", victim, bad.size(), longest / 1000.0);
      // After an answer that is whole, if odd, a connection may be kept for the next look.
      if (!victim.mode().equals("pass")) {
        assertThat(longest).as(victim.toString()).isLessThanOrEqualTo(limitMs(victim));
      }
    }
  }
}
