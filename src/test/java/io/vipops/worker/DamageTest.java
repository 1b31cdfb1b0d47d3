package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Generations;
import io.vipops.apply.Journal;
import io.vipops.worker.Outcome.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that somebody or a disk changed, under a worker that has to take them into force. */
@Tag("root")
class DamageTest {
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

  private String applied(int server) throws Exception {
    node.push(node.spec(node.port, "10.0.0." + server + ":80"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.APPLIED);
    return String.valueOf(outcome.generation());
  }

  private Path conf(String id) {
    return node.config.stateDir().resolve("generations/" + id + "/nginx/nginx.conf");
  }

  private void damage(String id) throws Exception {
    Files.writeString(conf(id), "# torn");
  }

  private void loseTheMirror() throws Exception {
    node.mirror.close();
    Files.move(node.config.stateDir().resolve("repo"), dir.resolve("gone"));
    Files.move(dir.resolve("origin.git"), dir.resolve("away.git"));
  }

  private void assertInForce(String id) throws Exception {
    assertThat(new Generations(node.config.stateDir()).current()).hasValue(id);
    assertThat(node.answeredId()).isEqualTo(id);
    assertThat(node.vrrpCalls).endsWith("proven " + id, "apply " + id);
    assertThat(new Journal(node.config.stateDir()).read().orElseThrow())
        .returns(Journal.Phase.APPLIED, Journal.Entry::phase)
        .returns(id, Journal.Entry::next);
  }

  private String conditions() {
    Map<String, @Nullable Object> last = node.reports.get(node.reports.size() - 1);
    return String.valueOf(last.get("conditions"));
  }

  @Test
  void aRestartedWorkerWithoutGitRendersADamagedGenerationOnceMore() throws Exception {
    String id = applied(1);
    String text = Files.readString(conf(id));
    damage(id);
    node.history.setPaused(true);
    Files.move(dir.resolve("origin.git"), dir.resolve("away.git"));
    node.restart();
    node.vrrpCalls.clear();
    assertThat(node.upkeep.resume(false)).isNull();
    assertThat(conf(id)).hasContent(text);
    assertInForce(id);
    assertThat(node.events).hasSize(1);
    assertThat(node.events.get(0))
        .contains(id, "is damaged (changed on disk: nginx/nginx.conf); rendered again from commit");
  }

  @Test
  void whereItCannotTheNewestWholeOneThatServedTakesItsPlace() throws Exception {
    String old = applied(1);
    String young = applied(2);
    damage(young);
    loseTheMirror();
    node.restart();
    assertThat(node.upkeep.resume(false)).isNull();
    assertInForce(old);
    assertThat(node.events.get(0))
        .contains(young, "is damaged")
        .endsWith("generation " + old + " is in force again");
  }

  @Test
  void withNothingWholeWhatNginxRunsStaysAndTheReasonIsSaid() throws Exception {
    String id = applied(1);
    damage(id);
    loseTheMirror();
    node.restart();
    assertThat(node.upkeep.resume(false))
        .contains(id, "is damaged", "no other generation is whole");
    assertThat(node.answeredId()).isEqualTo(id);
    assertThat(conditions()).contains("type=Stalled, status=true, reason=ResumeFailed");
  }

  @Test
  void theWayBackLoadsNoDamagedGeneration() throws Exception {
    String first = applied(1);
    String second = applied(2);
    node.push(node.spec(node.port, "10.0.0.3:80"));
    node.vrrpRefuses = new ApplyFailure(Fault.HOST, "converge: VRRP: eth0 is gone");
    String text = Files.readString(conf(second));
    damage(second);
    assertThat(node.pass().kind()).isEqualTo(Kind.FAILED);
    assertThat(conf(second)).hasContent(text);
    assertInForce(second);

    node.push(node.spec(node.port, "10.0.0.4:80"));
    assertThat(node.pass(NodeUnderTest.always()).kind()).isEqualTo(Kind.SUPERSEDED);
    damage(second);
    loseTheMirror();
    node.restart();
    node.vrrpRefuses = new ApplyFailure(Fault.HOST, "converge: VRRP: eth0 is gone");
    assertThat(node.upkeep.resume(false)).contains("eth0 is gone");
    assertInForce(first);
  }

  @Test
  void aSwitchThatTheDiskRefusesIsUndoneFromTheDisk() throws Exception {
    String first = applied(1);
    node.push(node.spec(node.port, "10.0.0.2:80"));
    // Neither the journal nor, then, the way back can be written.
    Path journal = node.config.stateDir().resolve("journal");
    byte[] before = Files.readAllBytes(journal);
    Files.delete(journal);
    Files.createDirectories(journal.resolve("in the way"));
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(Kind.FAILED);
    assertThat(node.inForce.isConverged()).as("nobody knows").isFalse();
    assertThat(node.answeredId()).isEqualTo(first);
    Files.delete(journal.resolve("in the way"));
    Files.delete(journal);
    Files.write(journal, before);
    assertThat(node.upkeep.resume(false)).isNull();
    assertInForce(first);
    assertThat(node.pass().kind()).isEqualTo(Kind.APPLIED);
  }
}
