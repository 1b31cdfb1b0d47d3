package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.apply.Adoption;
import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Generations;
import io.vipops.apply.Journal;
import io.vipops.lab.Await;
import io.vipops.worker.Outcome.Kind;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class ReconcilerTest {
  @TempDir private Path dir;
  private NodeUnderTest node;

  @BeforeEach
  void create() throws Exception {
    node = new NodeUnderTest(dir);
  }

  @AfterEach
  void end() throws Exception {
    node.close();
  }

  private String current() throws Exception {
    return new Generations(node.config.stateDir()).current().orElse("none");
  }

  /** One commit in force. */
  private String applied(String server) throws Exception {
    node.push(node.spec(node.port, server));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.APPLIED);
    return String.valueOf(outcome.generation());
  }

  @Test
  void aPushIsAppliedStepByStep() throws Exception {
    String sha = node.push(node.spec(node.port, "10.0.0.101:80"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.APPLIED);
    String id = outcome.generation();
    assertThat(current()).isEqualTo(id);
    assertThat(node.answeredId()).isEqualTo(id);
    assertThat(node.vrrpCalls).containsExactly("check " + id, "proven " + id, "apply " + id);
    assertThat(node.steps)
        .containsExactly(
            "fetch",
            "fetch",
            "read",
            "check",
            "render",
            "stage",
            "test",
            "switch",
            "converge",
            "settle",
            "record");
    assertThat(outcome.line())
        .startsWith(
            "applied "
                + id
                + " (commit "
                + sha.substring(0, 7)
                + " by Ada: change cluster.yaml) in")
        .endsWith("nginx started");
    assertThat(node.progress.get(0)).startsWith("fetched " + sha.substring(0, 7) + " in ");
    assertThat(node.progress.get(1)).startsWith("proven " + id + " in ");
    assertThat(node.config.nginx().config()).isSymbolicLink();
    assertThat(node.history.applied().commit()).isEqualTo(sha);
    assertThat(node.history.last().stepMs()).containsKeys("fetch", "test", "settle");
  }

  @Test
  void aSecondPushReloadsTheSameMaster() throws Exception {
    applied("10.0.0.101:80");
    long master = node.master().pid().getAsLong();
    node.push(node.spec(node.port, "10.0.0.102:80"));
    Outcome outcome = node.pass();
    assertThat(outcome.line()).endsWith("1 reload");
    assertThat(node.answeredId()).isEqualTo(outcome.generation());
    assertThat(node.master().pid()).hasValue(master);
    assertThat(node.inForce.reloads()).isEqualTo(1);
  }

  @Test
  void aCommitThatChangesNothingHereReloadsNothing() throws Exception {
    String id = applied("10.0.0.101:80");
    node.vrrpCalls.clear();
    String sha = node.push(node.spec(node.port, "10.0.0.101:80") + "# only a comment\n");
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(outcome.generation()).isEqualTo(id);
    assertThat(node.vrrpCalls).isEmpty();
    assertThat(node.inForce.reloads()).isZero();
    assertThat(node.history.applied().commit()).isEqualTo(sha);
    assertThat(node.inForce.commit()).isEqualTo(sha);
  }

  @Test
  void anotherLookAtTheSameHeadDoesNothing() throws Exception {
    applied("10.0.0.101:80");
    node.steps.clear();
    assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(node.steps).containsExactly("fetch");
    assertThat(node.history.passes()).hasSize(1);
  }

  @Test
  void aBrokenSpecIsRefusedWithItsLineAndTheOldOneServes() throws Exception {
    String id = applied("10.0.0.101:80");
    String sha =
        node.push(node.spec(node.port, "10.0.0.101:80").replace("priorities", "prioritys"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
    assertThat(outcome.line()).contains("cluster.yaml:9:").contains("priorities");
    assertThat(outcome.problems()).contains("cluster.yaml:9:").contains("^");
    assertThat(node.answeredId()).isEqualTo(id);
    node.steps.clear();
    assertThat(node.pass()).isEqualTo(outcome);
    assertThat(node.steps).as("not tried again").containsExactly("fetch");
    node.restart();
    node.upkeep.resume(true);
    assertThat(node.pass()).as("known after a restart").isEqualTo(outcome);
    assertThat(node.history.applied().commit()).isNotEqualTo(sha);
  }

  @Test
  void aCommitAfterARefusedOneIsApplied() throws Exception {
    applied("10.0.0.101:80");
    node.push("no: spec");
    assertThat(node.pass().kind()).isEqualTo(Kind.REFUSED);
    applied("10.0.0.103:80");
  }

  @Test
  void aSpecWithoutThisNodeIsRefused() throws Exception {
    node.push(node.spec(node.port, "10.0.0.101:80").replace("lb01", "lb07"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
    assertThat(outcome.line()).contains("the spec has no node lb01, only lb02, lb07");
  }

  @Test
  void whatTheVrrpHalfRefusesIsDeniedUntilRetried() throws Exception {
    String id = applied("10.0.0.101:80");
    node.push(node.spec(node.port, "10.0.0.102:80"));
    node.vrrpRefuses = new ApplyFailure(Fault.COMMIT, "test: VRRP: no interface eth7");
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
    assertThat(outcome.line()).contains("no interface eth7");
    assertThat(current()).isEqualTo(id);
    node.vrrpRefuses = null;
    assertThat(node.pass().kind()).isEqualTo(Kind.REFUSED);
    node.verdicts.retry();
    assertThat(node.pass().kind()).isEqualTo(Kind.APPLIED);
  }

  @Test
  void whatNginxRefusesIsDeniedWithItsReason() throws Exception {
    String id = applied("10.0.0.101:80");
    // The schema knows no variable names: only nginx does.
    node.push(
        node.spec(node.port, "10.0.0.101:80")
            .replace("servers: [", "balance: {hash: \"$no_such_variable\"}, servers: ["));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.REFUSED);
    assertThat(outcome.line()).contains("nginx -t: unknown \"no_such_variable\" variable");
    assertThat(node.answeredId()).isEqualTo(id);
    assertThat(node.pass()).isEqualTo(outcome);
  }

  @Test
  void aPortThatIsTakenIsRolledBackAndTriedAgain() throws Exception {
    String id = applied("10.0.0.101:80");
    node.vrrpCalls.clear();
    try (ServerSocket taken =
        new ServerSocket(node.otherPort, 1, InetAddress.getByName("0.0.0.0"))) {
      node.push(node.spec(node.otherPort, "10.0.0.101:80"));
      Outcome outcome = node.pass();
      assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.FAILED);
      assertThat(outcome.line()).contains("not proven within 4 s: [emerg] bind()");
      assertThat(taken.isBound()).isTrue();
    }
    assertThat(current()).isEqualTo(id);
    assertThat(node.answeredId()).isEqualTo(id);
    assertThat(node.vrrpCalls).endsWith("proven " + id, "apply " + id);
    assertThat(new Journal(node.config.stateDir()).read().orElseThrow().phase())
        .isEqualTo(Journal.Phase.APPLIED);
    assertThat(node.verdicts.backoff().isWaiting()).isTrue();
    assertThat(node.pass().kind()).isEqualTo(Kind.APPLIED);
  }

  @Test
  void whenTheVrrpHalfFailsBothHalvesGoBack() throws Exception {
    String id = applied("10.0.0.101:80");
    node.vrrpCalls.clear();
    node.push(node.spec(node.port, "10.0.0.102:80"));
    node.vrrpRefuses = new ApplyFailure(Fault.HOST, "converge: VRRP: eth0 is gone");
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.FAILED);
    assertThat(outcome.line()).contains("eth0 is gone");
    assertThat(node.answeredId()).isEqualTo(id);
    assertThat(node.vrrpCalls).endsWith("proven " + id, "apply " + id);
  }

  @Test
  void aFirstApplyThatFailsPutsTheOldConfigurationBack() throws Exception {
    Path conf = node.config.nginx().config();
    Files.createDirectories(conf.getParent());
    // As on a real host, it names the pid file that agent.yaml names: the master stays findable.
    Files.writeString(
        conf,
        "# the distribution's\npid %s;\nerror_log %s;\nevents {}\n"
            .formatted(node.config.nginx().pid(), dir.resolve("error.log")));
    adopt();
    node.push(node.spec(node.port, "10.0.0.101:80"));
    node.vrrpRefuses = new ApplyFailure(Fault.HOST, "converge: VRRP: eth0 is gone");
    assertThat(node.pass().kind()).isEqualTo(Kind.FAILED);
    assertThat(current()).isEqualTo("none");
    assertThat(conf).isRegularFile().content().startsWith("# the distribution's");
    assertThat(node.vrrpCalls).endsWith("apply vrrp-none.yaml");
    Outcome second = node.pass();
    assertThat(second.kind()).as(second.line()).isEqualTo(Kind.APPLIED);
    assertThat(second.line()).as("one master all along").endsWith("1 reload");
    assertThat(conf).isSymbolicLink();
    assertThat(conf.resolveSibling("nginx.conf.before-vipops"))
        .content()
        .startsWith("# the distribution's");
  }

  private void adopt() throws Exception {
    var unused =
        new Adoption(node.config.nginx(), node.config.stateDir())
            .adopt(new Adoption.Manner(false, line -> {}, line -> {}));
  }

  @Test
  void aConfigurationThatNobodyGaveAwayIsLeftAloneUntilItIsAdopted() throws Exception {
    Path conf = node.config.nginx().config();
    Files.createDirectories(conf.getParent());
    Files.writeString(conf, "events {}\npid %s;\n".formatted(node.config.nginx().pid()));
    node.push(node.spec(node.port, "10.0.0.101:80"));
    Outcome refused = node.pass();
    assertThat(refused.kind()).as(refused.line()).isEqualTo(Kind.NOT_ADOPTED);
    assertThat(refused.line())
        .startsWith("not adopted (commit ")
        .endsWith(conf + " is not vipops' to change yet: run vipops adopt on this host");
    assertThat(conf).isRegularFile();
    assertThat(current()).isEqualTo("none");
    assertThat(node.vrrpCalls).isEmpty();
    assertThat(node.steps).doesNotContain("stage");
    assertThat(String.valueOf(node.reports.get(node.reports.size() - 1)))
        .contains("type=Ready, status=false, reason=NotAdopted")
        .contains("type=Stalled, status=true, reason=NotAdopted");

    node.restart();
    node.steps.clear();
    node.reports.clear();
    assertThat(node.pass().kind()).isEqualTo(Kind.NOT_ADOPTED);
    assertThat(node.steps).as("only asked").containsExactly("fetch");
    assertThat(String.valueOf(node.reports)).contains("reason=NotAdopted");
    adopt();
    Outcome applied = node.pass();
    assertThat(applied.kind()).as(applied.line()).isEqualTo(Kind.APPLIED);
    assertThat(conf).isSymbolicLink();
  }

  @Test
  void anAgentThatStartsAfterUnadoptAppliesNothingUntilItIsAdoptedAgain() throws Exception {
    Path conf = node.config.nginx().config();
    Files.createDirectories(conf.getParent());
    Files.writeString(
        conf,
        "events {}\npid %s;\nerror_log %s;\n"
            .formatted(node.config.nginx().pid(), dir.resolve("error.log")));
    adopt();
    String id = applied("10.0.0.101:80");
    Adoption adoption = new Adoption(node.config.nginx(), node.config.stateDir());
    assertThat(adoption.unadopt(false, new Adoption.Manner(false, line -> {}, line -> {})))
        .isTrue();
    assertThat(node.answeredId()).isNull();
    node.restart();
    assertThat(node.upkeep.resume(true)).isNull();
    assertThat(node.pass().kind()).isEqualTo(Kind.NOT_ADOPTED);
    assertThat(conf).isRegularFile();
    adopt();
    Outcome again = node.pass();
    assertThat(again.kind()).as(again.line()).isEqualTo(Kind.APPLIED);
    assertThat(node.answeredId()).isEqualTo(id);
  }

  @Test
  void aNodeOnHoldTakesOnlyTheCommitThatUnsetsIt() throws Exception {
    String id = applied("10.0.0.101:80");
    String changed = node.spec(node.port, "10.0.0.102:80");
    node.push(changed.replace("{address: 10.0.0.51,", "{hold: true, address: 10.0.0.51,"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.HELD);
    assertThat(current()).isEqualTo(id);
    node.push(changed);
    assertThat(node.pass().kind()).isEqualTo(Kind.APPLIED);
    assertThat(current()).isNotEqualTo(id);
  }

  @Test
  void aCommitThatChangesNothingDoesNotHideThatNginxIsStopped() throws Exception {
    applied("10.0.0.101:80");
    node.stopNginx();
    node.restart();
    assertThat(node.upkeep.resume(false)).contains("no nginx master");
    node.push(node.spec(node.port, "10.0.0.101:80") + "# only a comment\n");
    assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
    for (int look = 0; look < 2; look++) {
      assertThat(node.reports.get(node.reports.size() - 1).get("conditions").toString())
          .contains("type=Ready, status=false")
          .contains("type=Stalled, status=true, reason=ResumeFailed");
      assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
    }
    assertThat(node.upkeep.resume(true)).isNull();
    assertThat(node.reports.get(node.reports.size() - 1).get("conditions").toString())
        .contains("type=Ready, status=true, reason=Applied")
        .contains("type=Stalled, status=false");
  }

  @Test
  void aLostHistoryKeepsTheCommitThatLaterOnesDescendFrom() throws Exception {
    applied("10.0.0.101:80");
    applied("10.0.0.102:80");
    Files.writeString(node.config.stateDir().resolve("history/history.json"), "{}");
    node.restart();
    assertThat(node.upkeep.resume(false)).isNull();
    node.origin.git("reset", "-q", "--hard", "HEAD~1");
    node.push(node.spec(node.port, "10.0.0.103:80"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
    assertThat(outcome.line()).contains("was rewritten");
    assertThat(node.reports.get(node.reports.size() - 1).get("conditions").toString())
        .contains("type=HistoryLost, status=true, reason=Damaged")
        .contains("it says no version; kept as ");
    node.restart();
    node.history.resume();
    node.report.send();
    assertThat(node.reports.get(node.reports.size() - 1).get("conditions").toString())
        .contains("type=HistoryLost, status=false");
  }

  @Test
  void aRewrittenBranchIsRefused() throws Exception {
    applied("10.0.0.101:80");
    String id = applied("10.0.0.102:80");
    node.origin.git("reset", "-q", "--hard", "HEAD~1");
    node.push(node.spec(node.port, "10.0.0.103:80"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
    assertThat(outcome.line()).contains("branch main was rewritten").contains("does not descend");
    assertThat(node.answeredId()).isEqualTo(id);
  }

  @Test
  void aNewerCommitEndsSettling() throws Exception {
    node.push(node.spec(node.port, "10.0.0.101:80"));
    Outcome outcome = node.pass(NodeUnderTest.always());
    assertThat(outcome.kind()).isEqualTo(Kind.SUPERSEDED);
    assertThat(node.inForce.phase()).isEqualTo("proven");
    applied("10.0.0.102:80");
  }

  /** Proven, and left unwatched by its own pass. */
  private String overtaken(String spec) throws Exception {
    node.push(spec);
    Outcome outcome = node.pass(NodeUnderTest.always());
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.SUPERSEDED);
    return String.valueOf(outcome.generation());
  }

  private void assertInForceAndSettled(String id) throws Exception {
    assertThat(current()).isEqualTo(id);
    assertThat(node.answeredId()).isEqualTo(id);
    assertThat(node.vrrpCalls).endsWith("proven " + id, "apply " + id);
    assertThat(new Journal(node.config.stateDir()).read().orElseThrow())
        .returns(Journal.Phase.APPLIED, Journal.Entry::phase)
        .returns(id, Journal.Entry::next);
  }

  @Test
  void aGenerationThatDoesNotStayWellIsRolledBack() throws Exception {
    String good = applied("10.0.0.101:80");
    node.push(node.spec(node.port, "10.0.0.102:80"));
    Outcome outcome = node.pass(NodeUnderTest.once(node::stopNginx));
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.FAILED);
    assertThat(outcome.line()).contains("settle: generation ").contains("no nginx master");
    assertInForceAndSettled(good);
  }

  @Test
  void anOvertakenGenerationIsStillWatchedWhenTheNewerCommitIsRefused() throws Exception {
    String good = applied("10.0.0.101:80");
    String overtaken = overtaken(node.spec(node.port, "10.0.0.102:80"));
    node.push("no: spec");
    assertThat(node.pass().kind()).isEqualTo(Kind.REFUSED);
    assertThat(current()).isEqualTo(overtaken);
    node.stopNginx();
    node.upkeep.settle(() -> false);
    assertInForceAndSettled(good);
    assertThat(node.reports.get(node.reports.size() - 1).get("conditions").toString())
        .contains("type=Stalled, status=true, reason=SettleFailed");
    node.upkeep.settle(() -> false);
    assertInForceAndSettled(good);
  }

  @Test
  void anOvertakenGenerationThatStaysWellIsApplied() throws Exception {
    applied("10.0.0.101:80");
    String overtaken = overtaken(node.spec(node.port, "10.0.0.102:80"));
    node.push("no: spec");
    assertThat(node.pass().kind()).isEqualTo(Kind.REFUSED);
    node.upkeep.settle(() -> true);
    assertThat(node.inForce.phase()).as("something else came").isEqualTo("proven");
    node.upkeep.settle(() -> false);
    assertInForceAndSettled(overtaken);
  }

  @Test
  void aCommitThatChangesNothingDoesNotHideThatTheGenerationBeforeItIsBad() throws Exception {
    String good = applied("10.0.0.101:80");
    String bad = node.spec(node.port, "10.0.0.102:80").replace("settle: 200ms", "settle: 5s");
    overtaken(bad);
    node.push(bad + "# only a comment\n");
    Outcome outcome = node.pass(NodeUnderTest.once(node::stopNginx));
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.FAILED);
    assertInForceAndSettled(good);
  }

  @Test
  void theWayBackLeadsPastAGenerationThatNeverSettled() throws Exception {
    String good = applied("10.0.0.101:80");
    overtaken(node.spec(node.port, "10.0.0.102:80"));
    node.push(node.spec(node.port, "10.0.0.103:80"));
    node.vrrpRefuses = new ApplyFailure(Fault.HOST, "converge: VRRP: eth0 is gone");
    assertThat(node.pass().kind()).isEqualTo(Kind.FAILED);
    assertInForceAndSettled(good);
  }

  @Test
  void aCrashBeforeTheSwitchLeavesAnUnsettledGenerationUnsettled() throws Exception {
    String good = applied("10.0.0.101:80");
    String overtaken = overtaken(node.spec(node.port, "10.0.0.102:80"));
    new Journal(node.config.stateDir())
        .write(new Journal.Entry(good, "0123456789ab", Journal.Phase.SWITCH, "c".repeat(40)));
    node.restart();
    assertThat(node.upkeep.resume(false)).isNull();
    assertThat(node.answeredId()).isEqualTo(overtaken);
    assertThat(node.inForce.phase()).isEqualTo("proven");
    node.stopNginx();
    node.upkeep.settle(() -> false);
    assertInForceAndSettled(good);
  }

  @Test
  void aLongWatchIsNoPartOfResumeAndHasADeadlineOfItsOwn() throws Exception {
    overtaken(node.spec(node.port, "10.0.0.101:80").replace("settle: 200ms", "settle: 10m"));
    node.restart();
    assertThat(node.upkeep.resume(false)).isNull();
    assertThat(node.inForce.phase()).isEqualTo("proven");
    node.deadlines.clear();
    node.upkeep.settle(() -> true);
    assertThat(node.deadlines.get("settle")).isGreaterThan(Duration.ofMinutes(10));
    node.deadlines.clear();
    assertThat(node.pass(NodeUnderTest.always()).kind()).isEqualTo(Kind.SUPERSEDED);
    assertThat(node.deadlines.get("settle")).isGreaterThan(Duration.ofMinutes(10));
  }

  @Test
  void aDamagedJournalWithdrawsNothing() throws Exception {
    String id = applied("10.0.0.101:80");
    Files.writeString(node.config.stateDir().resolve("journal"), "{\"previ");
    node.restart();
    node.vrrpCalls.clear();
    assertThat(node.upkeep.resume(false)).isNull();
    assertThat(node.vrrpCalls).containsExactly("proven " + id, "apply " + id);
    assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
  }

  @Test
  void aPassBeforeResumeKnowsTheWayBack() throws Exception {
    String id = applied("10.0.0.101:80");
    node.restart();
    node.push(node.spec(node.port, "10.0.0.102:80"));
    node.vrrpRefuses = new ApplyFailure(Fault.HOST, "converge: VRRP: eth0 is gone");
    assertThat(node.pass().kind()).isEqualTo(Kind.FAILED);
    assertInForceAndSettled(id);
  }

  @Test
  void aCrashInTheFirstApplyThatCannotBeFinishedIsRolledBackToNothing() throws Exception {
    crashAfterSwitch("10.0.0.101:80");
    node.restart();
    node.vrrpRefuses = new ApplyFailure(Fault.HOST, "converge: VRRP: eth0 is gone");
    assertThat(node.upkeep.resume(false)).contains("eth0 is gone");
    assertThat(current()).isEqualTo("none");
    assertThat(node.config.nginx().config()).doesNotExist();
    assertThat(node.vrrpCalls).endsWith("apply vrrp-none.yaml");
  }

  @Test
  void afterARestartTheOldGenerationServesWithoutGit() throws Exception {
    String id = applied("10.0.0.101:80");
    node.close();
    Files.move(node.origin.bare(), dir.resolve("away"));
    Files.delete(node.config.stateDir().resolve("repo/config")); // half a mirror
    node.restart();
    node.vrrpCalls.clear();
    assertThat(node.upkeep.resume(true)).isNull();
    assertThat(node.answeredId()).isEqualTo(id);
    assertThat(node.vrrpCalls).containsExactly("proven " + id, "apply " + id);
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.FAILED);
    assertThat(outcome.line()).contains("no such folder: check source.url");
    assertThat(node.answeredId()).isEqualTo(id);
  }

  @Test
  void aMissingNginxIsNotStartedWhenNothingIsUnderWay() throws Exception {
    applied("10.0.0.101:80");
    node.close();
    node.restart();
    assertThat(node.upkeep.resume(false)).contains("no nginx master");
    assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(node.master().pid()).as("the operator stopped it").isEmpty();
    node.push(node.spec(node.port, "10.0.0.101:80") + "# only a comment\n");
    assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(node.master().pid()).as("nothing for nginx in that commit").isEmpty();
  }

  @Test
  void afterACrashBetweenSwitchAndConvergeTheNewGenerationIsTakenIntoForce() throws Exception {
    String old = applied("10.0.0.101:80");
    String next = crashAfterSwitch("10.0.0.102:80");
    assertThat(node.answeredId()).isEqualTo(old);
    node.restart();
    assertThat(node.upkeep.resume(false)).isNull();
    assertThat(node.answeredId()).isEqualTo(next);
    assertThat(node.vrrpCalls).endsWith("proven " + next, "apply " + next);
    assertThat(node.inForce.phase()).isEqualTo("proven");
    node.upkeep.settle(() -> false);
    assertThat(node.inForce.phase()).isEqualTo("applied");
    assertThat(node.pass().kind()).as("the commit is recorded").isEqualTo(Kind.UNCHANGED);
  }

  @Test
  void afterACrashBeforeTheSwitchTheOldGenerationStays() throws Exception {
    String old = applied("10.0.0.101:80");
    new Journal(node.config.stateDir())
        .write(new Journal.Entry(old, "0123456789ab", Journal.Phase.SWITCH, "c".repeat(40)));
    node.restart();
    assertThat(node.upkeep.resume(false)).isNull();
    assertThat(node.answeredId()).isEqualTo(old);
    assertThat(current()).isEqualTo(old);
    assertThat(node.inForce.phase()).isEqualTo("applied");
  }

  @Test
  void aCrashInARollbackIsRolledBackToTheEnd() throws Exception {
    String old = applied("10.0.0.101:80");
    String next = crashAfterSwitch("10.0.0.102:80");
    new Journal(node.config.stateDir())
        .write(new Journal.Entry(old, next, Journal.Phase.ROLLBACK, "c".repeat(40)));
    node.restart();
    assertThat(node.upkeep.resume(false)).isNull();
    assertThat(current()).isEqualTo(old);
    assertThat(node.answeredId()).isEqualTo(old);
    assertThat(node.vrrpCalls).endsWith("proven " + old, "apply " + old);
  }

  /** Does all of a pass up to the commit point, and no more. */
  private String crashAfterSwitch(String server) throws Exception {
    String sha = node.push(node.spec(node.port, server));
    var files = node.mirror.read(node.mirror.fetch(sha), "cluster.yaml");
    var spec = io.vipops.spec.SpecReader.read(files).spec();
    var rendering = io.vipops.render.Renderer.render(spec, "lb01", Reconciler.hostOf(node.config));
    String id = rendering.generation().id();
    node.inForce.stage(rendering, sha, "test", io.vipops.apply.Settling.of(spec.cluster()));
    node.inForce.switchTo(id, sha);
    return id;
  }

  @Test
  void orphanedWorkersOfAKilledMasterAreEndedBeforeAStart() throws Exception {
    String id = applied("10.0.0.101:80");
    ProcessHandle master = ProcessHandle.of(node.master().pid().getAsLong()).orElseThrow();
    List<ProcessHandle> workers = master.children().toList();
    master.destroyForcibly();
    Await.until("master gone", Duration.ofSeconds(5), () -> node.master().pid().isEmpty());
    assertThat(node.answeredId()).as("orphans answer").isEqualTo(id);
    node.restart();
    assertThat(node.upkeep.resume(true)).isNull();
    assertThat(workers).noneMatch(ProcessHandle::isAlive);
    assertThat(node.master().pid()).isPresent();
    assertThat(node.answeredId()).isEqualTo(id);
  }

  @Test
  void aMasterThatThePidFileDoesNotNameKeepsItsWorkers() throws Exception {
    String id = applied("10.0.0.101:80");
    long master = node.master().pid().getAsLong();
    Files.delete(node.config.nginx().pid());
    node.restart();
    assertThat(node.upkeep.resume(true))
        .contains("nginx master " + master + " runs but pid file " + node.config.nginx().pid())
        .contains("does not name it");
    assertThat(node.answeredId()).isEqualTo(id);
    Files.writeString(node.config.nginx().pid(), master + "\n");
    assertThat(node.upkeep.resume(true)).isNull();
  }

  @Test
  void aVerdictHoldsOnlyForWhatItWasJudgedBy() throws Exception {
    applied("10.0.0.101:80");
    node.context = "another path";
    node.restart();
    assertThat(node.upkeep.resume(false)).isNull();
    node.steps.clear();
    assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(node.steps).contains("render");
    node.steps.clear();
    assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(node.steps).containsExactly("fetch");
  }

  @Test
  void aListenerOnTheEndpointsPortIsRefused() throws Exception {
    int taken = node.config.nginx().endpoint().getPort();
    node.push(node.spec(taken, "10.0.0.101:80"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
    assertThat(outcome.line())
        .endsWith(
            "listener http: port " + taken + " is nginx.endpoint's in agent.yaml; take another");
  }

  @Test
  void theReportSaysWhatIsInForce() throws Exception {
    String id = applied("10.0.0.101:80");
    var report = node.reports.get(node.reports.size() - 1);
    assertThat(report).containsEntry("cluster", "web").containsEntry("paused", false);
    assertThat(report.get("generation").toString())
        .contains("id=" + id, "phase=applied", "reloads=0");
    assertThat(report.get("upstreams").toString())
        .contains("{address=10.0.0.101:80, state=ready, up=true}");
    assertThat(report.get("conditions").toString())
        .contains("type=Ready, status=true, reason=Applied");
    assertThat(report.get("git").toString()).contains("subject=change cluster.yaml", "error=null");
  }
}
