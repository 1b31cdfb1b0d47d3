package io.vipops.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.apply.Journal.Entry;
import io.vipops.apply.Journal.Phase;
import io.vipops.render.Generation;
import io.vipops.render.Manifest;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state folder after a crash, and after recovery: a link, a journal, generations. */
class RecoveryTest {
  private static final String OLD = "00000000000a";
  private static final String NEW = "00000000000b";

  @TempDir private Path dir;
  private Path state;
  private Path conf;
  private Generations generations;
  private Journal journal;
  private NginxLink link;

  @BeforeEach
  void create() throws Exception {
    state = dir.resolve("state");
    conf = dir.resolve("etc/nginx.conf");
    generations = new Generations(state);
    journal = new Journal(state);
    link = new NginxLink(conf, state.resolve("current/nginx/nginx.conf"));
    stage(OLD);
    stage(NEW);
  }

  private void stage(String id) throws IOException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    files.put("nginx/nginx.conf", id.getBytes(StandardCharsets.UTF_8));
    Rendering rendering = new Rendering(new Generation(id, files), new TreeMap<>());
    generations.stage(
        rendering.generation(),
        Manifest.of(rendering, "c" + id, "test"),
        new Settling("web", List.of(), Duration.ZERO, List.of()));
  }

  private void crashed(@Nullable String previous, String next, Phase phase, String current)
      throws IOException {
    journal.write(new Entry(previous, next, phase, "sha"));
    generations.switchTo(current);
    link.make();
  }

  private void damage(String id) throws IOException {
    Files.writeString(generations.folder(id).resolve("nginx/nginx.conf"), "half of");
  }

  private String recover(String... proven) throws IOException {
    AgentConfig.Nginx nginx =
        new AgentConfig.Nginx(
            Path.of("/usr/sbin/nginx"),
            conf,
            dir.resolve("pid"),
            "",
            new InetSocketAddress("127.0.0.1", 1),
            dir,
            "www-data");
    return new Recovery(nginx, state).run(List.of(proven)).line();
  }

  private void assertStartsWith(String id) throws IOException {
    assertThat(conf).content().isEqualTo(id);
    assertThat(generations.current()).hasValue(id);
  }

  @Test
  void aWholeGenerationIsLeftAsItIs() throws Exception {
    crashed(OLD, NEW, Phase.APPLIED, NEW);
    assertThat(recover(NEW, OLD)).isEqualTo("generation " + NEW + " is whole");
    assertStartsWith(NEW);
  }

  @Test
  void anInterruptedApplyIsTheWorkersToFinishOnWhicheverSideOfTheSwitchItStands() throws Exception {
    crashed(OLD, NEW, Phase.SWITCH, OLD);
    assertThat(recover(OLD)).contains(OLD + " is whole; its apply was interrupted");
    assertStartsWith(OLD);
    crashed(OLD, NEW, Phase.CONVERGE, NEW);
    assertThat(recover(OLD)).contains(NEW + " is whole; its apply was interrupted");
    assertStartsWith(NEW);
    assertThat(journal.read()).hasValue(new Entry(OLD, NEW, Phase.CONVERGE, "sha"));
  }

  @Test
  void anInterruptedWayBackIsFinished() throws Exception {
    crashed(OLD, NEW, Phase.ROLLBACK, NEW);
    assertThat(recover()).isEqualTo("finished the way back to generation " + OLD);
    assertStartsWith(OLD);
  }

  @Test
  void anInterruptedWayBackToNothingLeavesNginxItsOwnFile() throws Exception {
    Files.createDirectories(conf.getParent());
    Files.writeString(conf, "theirs");
    link.adopt();
    crashed(null, NEW, Phase.ROLLBACK, NEW);
    assertThat(recover()).startsWith("no generation is in force");
    assertThat(conf).isRegularFile().hasContent("theirs");
    assertThat(generations.current()).isEmpty();
  }

  @Test
  void aDamagedGenerationGivesWayToThePreviousOne() throws Exception {
    crashed(OLD, NEW, Phase.APPLIED, NEW);
    damage(NEW);
    assertThat(recover(NEW))
        .contains(NEW + " in ", "is damaged", "changed on disk: nginx/nginx.conf")
        .endsWith("; generation " + OLD + " is in force again");
    assertStartsWith(OLD);
    assertThat(journal.read()).hasValue(new Entry(null, OLD, Phase.APPLIED, "c" + OLD));
  }

  @Test
  void aRecoveryThatDiedHalfWayIsFinishedByTheNext() throws Exception {
    crashed(null, OLD, Phase.APPLIED, NEW);
    damage(NEW);
    assertThat(recover()).endsWith("; generation " + OLD + " is in force again");
    assertStartsWith(OLD);
  }

  @Test
  void whereTheWayBackLeadsToIsDamagedWhatFailedIsTheLastResort() throws Exception {
    stage("00000000000c");
    crashed(OLD, NEW, Phase.ROLLBACK, NEW);
    damage(OLD);
    assertThat(recover(NEW, OLD, "00000000000c"))
        .endsWith("; generation 00000000000c is in force again");
    assertStartsWith("00000000000c");
    crashed(OLD, NEW, Phase.ROLLBACK, NEW);
    assertThat(recover(NEW, OLD)).endsWith("; generation " + NEW + " is in force again");
  }

  @Test
  void aMissingGenerationGivesWayToTheNewestThatServedAndIsWhole() throws Exception {
    stage("00000000000c");
    crashed(null, "00000000000c", Phase.APPLIED, "00000000000c");
    Durable.removeTree(generations.folder("00000000000c"));
    damage(NEW);
    assertThat(recover("00000000000c", NEW, OLD)).contains("generation " + OLD + " is in force");
    assertStartsWith(OLD);
  }

  @Test
  void aGenerationThatNeverServedIsNotTakenForAnother() throws Exception {
    crashed(null, NEW, Phase.APPLIED, NEW);
    damage(NEW);
    assertThat(recover()).endsWith("no other generation is whole");
    assertThat(generations.current()).hasValue(NEW);
  }

  @Test
  void withNothingWholeALinkThatLeadsNowhereGivesWayToTheOriginal() throws Exception {
    Files.createDirectories(conf.getParent());
    Files.writeString(conf, "theirs");
    link.adopt();
    crashed(null, NEW, Phase.APPLIED, NEW);
    Durable.removeTree(generations.folder(NEW));
    assertThat(recover()).endsWith(conf + " is the original again");
    assertThat(conf).isRegularFile().hasContent("theirs");
  }

  @Test
  void aDamagedJournalIsNoReasonToChangeAnything() throws Exception {
    crashed(OLD, NEW, Phase.APPLIED, NEW);
    Files.writeString(state.resolve("journal"), "{");
    assertThat(recover()).isEqualTo("generation " + NEW + " is whole");
  }

  @Test
  void aVanishedLinkIsSaidAndLeft() throws Exception {
    Files.createDirectories(conf.getParent());
    Files.writeString(conf, "theirs");
    link.adopt();
    crashed(OLD, NEW, Phase.APPLIED, NEW);
    Files.delete(conf);
    assertThat(recover()).contains(conf + " is missing");
    assertThat(conf).doesNotExist();
  }
}
