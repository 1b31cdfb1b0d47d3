package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Cluster;
import io.vipops.lab.Command;
import io.vipops.lab.PortTaker;
import io.vipops.lab.Running;
import io.vipops.signing.SignedCommits;
import io.vipops.system.BadCommits.Bad;
import io.vipops.system.BadCommits.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three hundred bad commits, one after the other, to an agent with a real nginx, while a client
 * asks the VIP: each is refused with its cause, and none is felt.
 */
@Tag("root")
class BadCommitsTest {
  private static final Duration SOON = Duration.ofSeconds(90);

  /** A good commit comes after so many bad ones, so that nginx reloads in between. */
  private static final int GOOD_EVERY = 10;

  @TempDir Path folder;
  private Cluster cluster;
  private Path tree;
  private int goods;

  @BeforeEach
  void create() throws Exception {
    cluster = Cluster.create(folder);
    tree = folder.resolve("admin");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private String goodSpec() {
    return Specs.classic(1 + goods).replace("settle: 500ms", "settle: 0s");
  }

  @Test
  void threeHundredBadCommitsAreRefusedWithTheirCauseAndNoClientNotices() throws Exception {
    long seed = Long.getLong("vipops.seed", System.nanoTime());
    System.out.println("bad commits: seed " + seed + " (again: -Dvipops.seed=" + seed + ")");
    Random random = new Random(seed);
    start();
    ClientLog client = cluster.startClient(1);
    Await.until("the client is served", SOON, () -> client.sent(0) > 20);
    long begunMs = System.currentTimeMillis();
    String moves = cluster.status("lb01", "vrrp.0.transitions");

    List<Kind> order = new ArrayList<>();
    kinds().forEach(kind -> order.addAll(Collections.nCopies(kind.share(), kind)));
    Collections.shuffle(order, random);
    List<String> wrong = new ArrayList<>();
    Map<String, String> said = new TreeMap<>();
    Map<String, Integer> counts = new TreeMap<>();
    Map<String, Long> times = new TreeMap<>();
    for (int n = 0; n < order.size(); n++) {
      Kind kind = order.get(n);
      long startNs = System.nanoTime();
      try {
        said.put(kind.name(), refused(n, kind, random));
      } catch (AssertionError e) {
        wrong.add(e.getMessage());
      }
      counts.merge(kind.name(), 1, Integer::sum);
      times.merge(kind.name(), (System.nanoTime() - startNs) / 1_000_000, Long::sum);
      if (n % GOOD_EVERY == GOOD_EVERY - 1) {
        applyAGoodOne();
      }
    }

    long seconds = Math.max(1, (System.currentTimeMillis() - begunMs) / 1000);
    counts.forEach(
        (kind, count) ->
            System.out.printf(
                "%4d %-28s %5d ms each  %s%n",
                count, kind, times.get(kind) / count, said.get(kind)));
    System.out.printf(
        "%d bad commits of %d kinds refused, %d good ones applied in %d s; %d requests (%d/s), %d failed%n",
        order.size(),
        counts.size(),
        goods,
        seconds,
        client.sent(begunMs),
        client.sent(begunMs) / seconds,
        client.failed(begunMs).size());
    assertThat(wrong).isEmpty();
    assertThat(order).hasSizeGreaterThanOrEqualTo(300);
    assertThat(client.failed(begunMs)).isEmpty();
    assertThat(client.sent(begunMs)).as("requests").isGreaterThan(10_000);
    assertThat(cluster.status("lb01", "vrrp.0.transitions")).isEqualTo(moves);
  }

  private void start() throws Exception {
    Running taker =
        cluster
            .host("lb01")
            .java(
                PortTaker.class,
                List.of("-Xmx16m", "-XX:+UseSerialGC"),
                Integer.toString(BadCommits.TAKEN_PORT));
    Await.until("the port is taken", SOON, () -> taker.output().contains("taken"));
    Cluster.git(folder.resolve("lb.git"), "config", "receive.denyDeleteCurrent", "ignore");
    cluster.configure("lb01", cluster.url(), "1h");
    requireSignatures();
    String commit = cluster.push("start", goodSpec());
    cluster.startAgent("lb01");
    Await.until("applied", SOON, () -> cluster.proven("lb01", commit));
    Await.until("VIP on lb01", SOON, () -> cluster.host("lb01").holds(Cluster.VIP));
  }

  /** Every commit of the work tree is signed from here on, and has to be. */
  private void requireSignatures() throws Exception {
    Path ada = SignedCommits.key(folder, "ada", "ed25519");
    Path eve = SignedCommits.key(folder, "eve", "ed25519");
    assertThat(eve).exists();
    Path allowed = folder.resolve("allowed_signers");
    Files.writeString(allowed, "ada@example.com " + SignedCommits.publicKey(ada) + "\n");
    Path config = cluster.configOf("lb01");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("poll: 1h}", "poll: 1h, verify: {allowed_signers: %s}}".formatted(allowed)));
    git("config", "gpg.format", "ssh");
    git("config", "user.signingkey", ada.toString());
    git("config", "commit.gpgsign", "true");
  }

  private List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>(BadCommits.kinds());
    kinds.add(new Kind("branch deleted", 3, null));
    kinds.add(new Kind("branch rewritten", 6, null));
    kinds.add(new Kind("branch with 200 MB", 1, BadCommits::huge));
    kinds.add(new Kind("branch with an unsigned commit", 6, null));
    kinds.add(new Kind("branch with a stranger's commit", 6, null));
    return kinds;
  }

  /** Pushes one, and returns the line that names its cause. */
  private String refused(int n, Kind kind, Random random) throws Exception {
    Path before = current();
    wipe();
    BadCommits.write(tree, goodSpec());
    String tip = git("rev-parse", "HEAD");
    Bad bad =
        switch (kind.name()) {
          case "branch deleted" -> deleteBranch();
          case "branch rewritten" -> rewriteBranch(n);
          case "branch with an unsigned commit" ->
              signed(n, "is unsigned", "-c", "commit.gpgsign=false");
          case "branch with a stranger's commit" ->
              signed(
                  n,
                  "is signed by the unknown key",
                  "-c",
                  "user.signingkey=" + folder.resolve("eve"));
          default -> commitAndPush(n, kind, random);
        };
    Map<String, ?> answer = cluster.ask("lb01", "sync");
    if (kind.name().startsWith("branch")) {
      git("reset", "-q", "--hard", tip);
      git("push", "-q", "-f", "origin", "main");
    }
    String text = answer.get("line") + "\n" + answer.get("problems");
    String what = "commit " + n + ", " + kind.name() + ": " + text;
    assertThat(answer.get("outcome")).as(what).isEqualTo(bad.outcome());
    assertThat(bad.cause().matcher(text).find()).as(what).isTrue();
    assertThat(text).as(what).doesNotContain("Exception").doesNotContain("\tat ");
    assertThat(current()).as(what).isEqualTo(before);
    assertThat(leftovers()).as(what).isEmpty();
    return text.lines()
        .filter(line -> bad.cause().matcher(line).find())
        .findFirst()
        .orElse(text.replace('\n', ' '));
  }

  private Bad commitAndPush(int n, Kind kind, Random random) throws Exception {
    Bad bad = kind.change().make(tree, random);
    commit(n + " " + kind.name());
    git("push", "-q", "origin", "main");
    return bad;
  }

  private Bad deleteBranch() throws Exception {
    git("push", "-q", "origin", ":main");
    return new Bad("failed", java.util.regex.Pattern.compile("no branch main|branch main"));
  }

  private Bad rewriteBranch(int n) throws Exception {
    git("reset", "-q", "--soft", git("rev-list", "--max-parents=0", "HEAD"));
    git("commit", "-q", "--amend", "--allow-empty", "-m", n + " rewritten");
    git("push", "-q", "-f", "origin", "main");
    String sha = git("rev-parse", "--short=7", "HEAD");
    return Bad.refused("branch main was rewritten: " + sha + " does not descend from");
  }

  /** A good one, below a signed one, whose own signature is not as it has to be. */
  private Bad signed(int n, String cause, String... how) throws Exception {
    List<String> command = new ArrayList<>(List.of(how));
    command.addAll(List.of("commit", "-q", "--allow-empty", "-m", n + " " + cause));
    git(command.toArray(String[]::new));
    String sha = git("rev-parse", "--short=7", "HEAD");
    commit("signed");
    git("push", "-q", "origin", "main");
    return Bad.refused("commit " + sha + ".*(" + cause + ")");
  }

  private void applyAGoodOne() throws Exception {
    goods++;
    wipe();
    BadCommits.write(tree, goodSpec());
    commit("good " + goods);
    git("push", "-q", "origin", "main");
    Map<String, ?> answer = cluster.ask("lb01", "sync");
    assertThat(answer.get("outcome")).as(answer.toString()).isEqualTo("applied");
    assertThat(current().getFileName().toString()).isEqualTo(answer.get("generation"));
  }

  /** Also out of the index: where a submodule was, Git would see any other folder as that one. */
  private void wipe() throws IOException, InterruptedException {
    Command.run("rm", "-rf", tree.resolve("cluster.yaml").toString());
    git("rm", "-r", "-q", "--cached", "--ignore-unmatch", "cluster.yaml");
  }

  private void commit(String subject) throws IOException, InterruptedException {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", subject);
  }

  private String git(String... arguments) throws IOException, InterruptedException {
    return Cluster.git(tree, arguments);
  }

  private Path current() throws IOException {
    return Files.readSymbolicLink(cluster.home("lb01").resolve("state/current"));
  }

  private List<Path> leftovers() throws IOException {
    try (var files = Files.walk(cluster.home("lb01").resolve("state/generations"), 1)) {
      return files.filter(it -> it.getFileName().toString().endsWith(".tmp")).toList();
    }
  }
}
