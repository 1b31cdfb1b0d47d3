package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.worker.Outcome.Kind;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class RollbackTest {
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

  private String applied(String spec) throws Exception {
    node.push(spec);
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.APPLIED);
    return String.valueOf(outcome.generation());
  }

  private String applied(int server) throws Exception {
    return applied(node.spec(node.port, "10.0.0." + server + ":80"));
  }

  private Outcome rollback(@Nullable String id) throws Exception {
    return node.rollback.to(id, node.progress::add, commit -> false);
  }

  private Outcome rolledBack(@Nullable String id) throws Exception {
    Outcome outcome = rollback(id);
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.ROLLED_BACK);
    assertThat(node.answeredId()).isEqualTo(outcome.generation());
    return outcome;
  }

  private String conditions() {
    Map<String, @Nullable Object> last = node.reports.get(node.reports.size() - 1);
    return String.valueOf(last.get("conditions"));
  }

  @Test
  void itGoesBackAndTheHeadThatWasLeftDoesNotReturn() throws Exception {
    String first = applied(1);
    String second = applied(2);
    long master = node.master().pid().getAsLong();
    node.steps.clear();
    Outcome outcome = rolledBack(null);
    assertThat(outcome.generation()).isEqualTo(first);
    assertThat(outcome.line())
        .startsWith("rolled back to " + first + " (commit ")
        .contains(", 1 reload; pinned to generation " + first)
        .contains(" until a commit newer than ");
    assertThat(node.steps).containsExactly("test", "switch", "converge", "settle", "record");
    assertThat(node.master().pid()).hasValue(master);
    assertThat(node.vrrpCalls).endsWith("proven " + first, "apply " + first);
    assertThat(conditions())
        .contains("type=RolledBack, status=true")
        .contains("type=Ready, status=false, reason=RolledBack");
    node.steps.clear();
    for (int look = 0; look < 2; look++) {
      assertThat(node.pass().kind()).isEqualTo(Kind.PINNED);
      node.verdicts.retry();
    }
    assertThat(node.steps).as("each look costs one ls-remote").containsExactly("fetch", "fetch");
    History.Entry entry = last();
    assertThat(entry.rollback()).isTrue();
    assertThat(entry.outcome()).isEqualTo("rolled_back");
    assertThat(entry.moved().reloads()).isEqualTo(1);
    assertThat(entry.moved().servers())
        .containsExactly("backend +10.0.0.1:80", "backend -10.0.0.2:80");
    assertThat(second).isNotEqualTo(node.answeredId());
  }

  private History.Entry last() {
    List<History.Entry> passes = node.history.passes();
    return passes.get(passes.size() - 1);
  }

  @Test
  void itSurvivesARestartAndANewerCommitEndsIt() throws Exception {
    String first = applied(1);
    applied(2);
    rolledBack(null);
    node.restart();
    assertThat(node.upkeep.resume(false)).isNull();
    node.rollback.tidyUp();
    assertThat(conditions())
        .contains("type=RolledBack, status=true")
        .contains("type=Ready, status=false, reason=RolledBack");
    assertThat(node.pass().kind()).isEqualTo(Kind.PINNED);
    assertThat(node.answeredId()).isEqualTo(first);
    applied(3);
    assertThat(node.history.pin()).isNull();
    assertThat(conditions()).contains("type=RolledBack, status=false");
    assertThat(node.history.passes())
        .extracting(History.Entry::outcome)
        .containsExactly("applied", "applied", "rolled_back", "applied");
  }

  @Test
  void aNewerCommitOfTheSameGenerationEndsItUnchanged() throws Exception {
    String first = applied(1);
    applied(2);
    rolledBack(null);
    node.push(node.spec(node.port, "10.0.0.1:80"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(outcome.generation()).isEqualTo(first);
    assertThat(node.history.pin()).isNull();
    assertThat(conditions()).contains("type=Ready, status=true");
  }

  @Test
  void aNewerCommitThatIsRefusedDoesNotEndIt() throws Exception {
    String first = applied(1);
    applied(2);
    rolledBack(null);
    node.push("no: spec");
    assertThat(node.pass().kind()).isEqualTo(Kind.REFUSED);
    assertThat(node.history.pin()).isNotNull();
    assertThat(node.answeredId()).isEqualTo(first);
  }

  @Test
  void asecondOneGoesFurtherBackAndNotForth() throws Exception {
    String first = applied(1);
    String second = applied(2);
    applied(3);
    assertThat(rolledBack(null).generation()).isEqualTo(second);
    assertThat(rolledBack(null).generation()).isEqualTo(first);
    Outcome outcome = rollback(null);
    assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
    assertThat(outcome.line()).isEqualTo("no generation was applied before " + first);
    assertThat(outcome.problems()).contains(first).contains(second).contains("(in force)");
    assertThat(node.answeredId()).isEqualTo(first);
  }

  @Test
  void aNamedOneMustBeKeptWholeAndUnique() throws Exception {
    String first = applied(1);
    String second = applied(2);
    Outcome none = rollback("no");
    assertThat(none.kind()).isEqualTo(Kind.REFUSED);
    assertThat(none.line()).isEqualTo("no kept generation begins with 'no'");
    assertThat(none.problems()).contains(first + "  commit ").contains("change cluster.yaml");
    assertThat(rollback(second).line()).contains("is in force already");
    Path folder = node.config.stateDir().resolve("generations");
    Path twin =
        Files.createDirectories(
            folder.resolve(first.substring(0, 11) + (first.endsWith("0") ? "1" : "0")));
    assertThat(rollback(first.substring(0, 11)).line()).startsWith("more than one generation");
    Files.delete(twin);
    Files.writeString(folder.resolve(first + "/nginx/nginx.conf"), "# torn");
    Outcome torn = rollback(first);
    assertThat(torn.line()).contains("is damaged");
    assertThat(torn.problems()).doesNotContain(first + "  commit");
    assertThat(node.answeredId()).isEqualTo(second);
    assertThat(node.history.pin()).isNull();
  }

  @Test
  void whatCannotBeProvenLeavesWhatIsInForce() throws Exception {
    String first = applied(1);
    String second = applied(node.spec(node.otherPort, "10.0.0.2:80"));
    try (ServerSocket taken = new ServerSocket(node.port, 1, InetAddress.getByName("0.0.0.0"))) {
      Outcome outcome = rollback(first.substring(0, 8));
      assertThat(outcome.kind()).isEqualTo(Kind.FAILED);
      assertThat(outcome.line())
          .startsWith("rollback to generation " + first + ": ")
          .contains("bind()")
          .endsWith("generation " + second + " stays in force");
      assertThat(taken.isBound()).isTrue();
    }
    assertThat(node.answeredId()).isEqualTo(second);
    assertThat(node.history.pin()).isNull();
    assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
  }

  @Test
  void aCrashBeforeTheSwitchDropsThePinAndOneAfterItHoldsIt() throws Exception {
    String first = applied(1);
    String second = applied(2);
    String head = node.history.last().commit();
    String sha = node.history.passes().get(0).commit();
    Pin pin = new Pin(first, sha, head, second, "2026-11-22T10:00:00Z", true);
    node.history.setPin(pin);
    node.restart();
    node.upkeep.resume(false);
    node.rollback.tidyUp();
    assertThat(node.history.pin()).isNull();
    assertThat(last().line()).endsWith("did not last; generation " + second + " stays in force");
    node.history.setPin(pin);
    node.inForce.switchTo(first, sha);
    node.restart();
    node.upkeep.resume(false);
    node.rollback.tidyUp();
    assertThat(node.history.pin()).as("still watched").isEqualTo(pin);
    assertThat(node.pass().kind()).isEqualTo(Kind.PINNED);
    node.upkeep.settle(() -> false);
    node.rollback.tidyUp();
    assertThat(node.history.pin()).isEqualTo(pin.held());
    assertThat(last().outcome()).isEqualTo("rolled_back");
    assertThat(node.answeredId()).isEqualTo(first);
  }

  @Test
  void aFailedNewerCommitLeadsBackToAnOvertakenRollbackNotToWhatItLeft() throws Exception {
    String first = applied(1);
    applied(2);
    Outcome outcome = node.rollback.to(null, node.progress::add, NodeUnderTest.always());
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.ROLLED_BACK);
    node.push(node.spec(node.port, "10.0.0.3:80"));
    node.vrrpRefuses = new ApplyFailure(Fault.HOST, "converge: VRRP: eth0 is gone");
    assertThat(node.pass().kind()).isEqualTo(Kind.FAILED);
    assertThat(node.answeredId()).isEqualTo(first);
    assertThat(node.history.pin()).isNotNull();
  }

  @Test
  void oneThatDidNotLastLeavesNoConditionBehind() throws Exception {
    String first = applied(1);
    String second = applied(2);
    String head = node.history.last().commit();
    node.history.setPin(new Pin(first, head, head, second, "2026-11-22T10:00:00Z", true));
    node.inForce.switchTo(first, head);
    node.restart();
    node.upkeep.resume(false);
    node.stopNginx();
    node.upkeep.settle(() -> false);
    node.rollback.tidyUp();
    assertThat(conditions()).contains("type=Stalled, status=true, reason=SettleFailed");
    assertThat(node.pass().kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(node.answeredId()).isEqualTo(second);
    assertThat(conditions())
        .contains("type=Ready, status=true, reason=Applied")
        .contains("type=Stalled, status=false");
  }

  @Test
  void aDiskThatRecoversDoesNotHideThePin() throws Exception {
    applied(1);
    applied(2);
    rolledBack(null);
    node.report.stalled("Storage", "no space left");
    node.report.unstalled();
    assertThat(conditions()).contains("type=Ready, status=false, reason=RolledBack");
  }

  @Test
  void aClockThatWasSetBackTakesNoWayBackAway() throws Exception {
    String first = applied(1);
    String second = applied(2);
    Path folder = node.config.stateDir().resolve("generations");
    for (String id : List.of(first, second)) {
      Files.setLastModifiedTime(folder.resolve(id), FileTime.fromMillis(0));
    }
    for (int n = 0; n < 12; n++) {
      Files.createDirectories(folder.resolve("%012x".formatted(n)));
    }
    applied(3);
    assertThat(folder.resolve(first)).exists();
    assertThat(rolledBack(null).generation()).isEqualTo(second);
    assertThat(rolledBack(null).generation()).isEqualTo(first);
  }
}
