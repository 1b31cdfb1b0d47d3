package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.git.Commit;
import io.vipops.lab.Await;
import io.vipops.spec.AgentConfig;
import io.vipops.web.CommitState;
import io.vipops.web.StatusServer;
import io.vipops.worker.Outcome.Kind;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitReportsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Commit FIRST = commit("1", "add b104");
  private static final Commit SECOND = commit("2", "fix (a): b");

  @TempDir private Path dir;

  private static Commit commit(String digit, String subject) {
    return new Commit(digit.repeat(40), "Ada <ada@example.com>", subject);
  }

  private CommitReports open(URI url) throws Exception {
    Path token = dir.resolve("token");
    Files.writeString(token, StatusServer.TOKEN);
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
    AgentConfig config =
        new AgentConfig(
            "lb01",
            new AgentConfig.Source(
                "file:///none",
                "main",
                ".",
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                null,
                null,
                null),
            dir.resolve("state"),
            dir.resolve("run"),
            new AgentConfig.Nginx(
                Path.of("/n"),
                Path.of("/c"),
                Path.of("/p"),
                "",
                new InetSocketAddress("127.0.0.1", 1),
                dir,
                "nobody"),
            new InetSocketAddress("127.0.0.1", 1),
            null,
            new AgentConfig.Report(AgentConfig.Report.Kind.GITHUB, url, "team/lb", token),
            AgentConfig.EngineRun.DEFAULT,
            AgentConfig.Drift.REPAIR,
            AgentConfig.LogFormat.TEXT);
    return CommitReports.open(config, "test");
  }

  private static List<String> states(StatusServer server, Commit commit) {
    return server.taken.stream()
        .filter(one -> one.sha().equals(commit.sha()))
        .map(StatusServer.Status::state)
        .toList();
  }

  @Test
  void aCommitIsPendingThenASuccessAndEachIsSaidOnce() throws Exception {
    try (StatusServer server = new StatusServer(AgentConfig.Report.Kind.GITHUB, 0)) {
      CommitReports reports = open(server.url());
      reports.reconciling(FIRST);
      Await.until("pending", LIMIT, () -> states(server, FIRST).equals(List.of("pending")));
      Outcome applied = Outcome.of(Kind.APPLIED, FIRST, "3f2a9c81d0aa", "in 0.38 s, 1 reload");
      Outcome unchanged = Outcome.of(Kind.UNCHANGED, FIRST, "3f2a9c81d0aa", "nothing new");
      reports.ended(applied, FIRST.subject());
      for (int look = 0; look < 50; look++) {
        reports.reconciling(FIRST);
        reports.ended(unchanged, FIRST.subject());
      }
      Await.until("taken", LIMIT, () -> reports.waiting() == 0);
      assertThat(states(server, FIRST)).containsExactly("pending", "success");
      assertThat(server.taken.get(1).context()).isEqualTo("vipops/lb01");
      assertThat(server.taken.get(1).description())
          .isEqualTo("applied 3f2a9c81d0aa, in 0.38 s, 1 reload");
    }
  }

  @Test
  void everyOutcomeHasItsStateAndItsLine() throws Exception {
    try (StatusServer server = new StatusServer(AgentConfig.Report.Kind.GITHUB, 0)) {
      CommitReports reports = open(server.url());
      Outcome refused =
          new Outcome(
              Kind.REFUSED,
              FIRST.sha(),
              null,
              "refused",
              "cluster.yaml:3:1: error [unknown-key] " + "x".repeat(200) + "\nsecond line");
      reports.ended(refused, FIRST.subject());
      reports.ended(Outcome.of(Kind.FAILED, SECOND, null, "converge: no proof"), SECOND.subject());
      Commit held = commit("3", "hold");
      reports.ended(Outcome.of(Kind.HELD, held, null, "the node is on hold"), "hold");
      Commit overtaken = commit("4", "soon old");
      reports.ended(Outcome.of(Kind.SUPERSEDED, overtaken, "aa", "proven"), "soon old");
      Await.until("taken", LIMIT, () -> reports.waiting() == 0);
      assertThat(states(server, FIRST)).containsExactly("failure");
      assertThat(states(server, SECOND)).containsExactly("error");
      assertThat(states(server, held)).containsExactly("pending");
      assertThat(states(server, overtaken)).containsExactly("error");
      assertThat(server.taken)
          .anySatisfy(
              one ->
                  assertThat(one.description())
                      .startsWith("cluster.yaml:3:1: error [unknown-key] xxx")
                      .endsWith("…")
                      .hasSize(140))
          .anySatisfy(one -> assertThat(one.description()).isEqualTo("converge: no proof"));
      reports.settled(overtaken.sha(), "aa");
      reports.settled(FIRST.sha(), "aa");
      Await.until("taken", LIMIT, () -> reports.waiting() == 0);
      assertThat(states(server, overtaken)).containsExactly("error", "success");
      assertThat(states(server, FIRST)).containsExactly("failure");
    }
  }

  @Test
  void whatTheServerDidNotTakeIsKeptOverRestartsAndOnlyTheNewestStateIsSent() throws Exception {
    int port;
    try (StatusServer server = new StatusServer(AgentConfig.Report.Kind.GITHUB, 0)) {
      port = server.port();
    }
    URI url = URI.create("http://127.0.0.1:" + port + "/api/v1");
    CommitReports before = open(url);
    before.reconciling(FIRST);
    before.ended(Outcome.of(Kind.FAILED, FIRST, null, "host"), FIRST.subject());
    before.ended(Outcome.of(Kind.APPLIED, FIRST, "aa", "at last"), FIRST.subject());
    before.reconciling(SECOND);
    Await.until("tried", LIMIT, () -> before.error() != null);
    assertThat(before.error()).contains("refused");
    assertThat(before.waiting()).isEqualTo(2);
    ReportQueue kept = ReportQueue.open(dir.resolve("state"));
    assertThat(kept.waiting().stream().map(ReportQueue.Entry::commit))
        .containsExactly(SECOND.sha(), FIRST.sha());
    try (StatusServer server = new StatusServer(AgentConfig.Report.Kind.GITHUB, port)) {
      server.troubles.add(new StatusServer.Trouble(503, Map.of("Retry-After", "1")));
      Await.until("taken", LIMIT, () -> before.waiting() == 0);
      assertThat(states(server, FIRST)).containsExactly("success");
      assertThat(states(server, SECOND)).containsExactly("pending");
      assertThat(before.error()).isNull();
    }
    assertThat(ReportQueue.open(dir.resolve("state")).waiting()).isEmpty();
  }

  @Test
  void aCommitThatIsRejectedKeepsNoOtherWaiting() throws Exception {
    try (StatusServer server = new StatusServer(AgentConfig.Report.Kind.GITHUB, 0)) {
      server.unknown.add(SECOND.sha());
      CommitReports reports = open(server.url());
      reports.reconciling(SECOND);
      reports.reconciling(FIRST);
      Await.until("taken", LIMIT, () -> states(server, FIRST).equals(List.of("pending")));
      Await.until(
          "rejected",
          LIMIT,
          () -> server.calls.stream().anyMatch(one -> one.contains(SECOND.sha())));
      reports.reconciling(commit("5", "another"));
      Await.until("both", LIMIT, () -> server.taken.size() == 2);
      assertThat(server.calls.stream().filter(one -> one.contains(SECOND.sha()))).hasSize(1);
      Await.until("only the rejected one waits", LIMIT, () -> reports.waiting() == 1);
    }
  }

  @Test
  void theQueueIsBoundedAndDropsWhatWasSentFirst() {
    ReportQueue queue = ReportQueue.open(dir);
    for (int i = 0; i < ReportQueue.MOST; i++) {
      queue.put("c" + i, CommitState.PENDING, "x");
    }
    ReportQueue.Entry fiftieth = queue.get("c50");
    assertThat(fiftieth).isNotNull();
    queue.sent(fiftieth);
    queue.put("more", CommitState.PENDING, "x");
    assertThat(queue.get("c50")).isNull();
    assertThat(queue.get("c0")).isNotNull();
    queue.put("still more", CommitState.PENDING, "x");
    assertThat(queue.get("c0")).isNull();
    assertThat(queue.waiting()).hasSize(ReportQueue.MOST);
  }

  @Test
  void aDamagedQueueIsBegunAnew() throws Exception {
    Files.createDirectories(dir.resolve("history"));
    Files.writeString(dir.resolve("history/reports.json"), "{\"reports\": [{");
    ReportQueue queue = ReportQueue.open(dir);
    assertThat(queue.waiting()).isEmpty();
    queue.put("c", CommitState.PENDING, "x");
    assertThat(ReportQueue.open(dir).waiting()).hasSize(1);
  }

  @Test
  void aHintIsDueAtOnceAndTheNextOneASecondLater() throws Exception {
    Schedule schedule = new Schedule(Duration.ofHours(1), "lb01");
    schedule.looked();
    assertThat(schedule.isDue()).isFalse();
    schedule.soon();
    assertThat(schedule.isDue()).isTrue();
    int looks = 0;
    long beganNs = System.nanoTime();
    for (int hint = 0; hint < 1000; hint++) {
      schedule.soon();
      if (schedule.isDue()) {
        schedule.looked();
        looks++;
      }
    }
    long seconds = (System.nanoTime() - beganNs) / 1_000_000_000;
    assertThat((long) looks).isLessThanOrEqualTo(2 + seconds);
    assertThat(schedule.remainingNs()).isLessThanOrEqualTo(1_000_000_000L);
    Await.until("the last hint counts", LIMIT, schedule::isDue);
  }
}
