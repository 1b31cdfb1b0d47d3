package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.apply.Generations;
import io.vipops.lab.Await;
import io.vipops.worker.Outcome.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node that somebody changes by hand, and one look at it. */
@Tag("root")
class DriftTest {
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

  private String drifted() {
    Map<String, @Nullable Object> last = node.reports.get(node.reports.size() - 1);
    return ((List<?>) last.get("conditions"))
        .stream()
            .filter(it -> "Drifted".equals(((Map<?, ?>) it).get("type")))
            .map(String::valueOf)
            .findFirst()
            .orElseThrow();
  }

  /** Somebody's reload with another configuration, until no worker of before is left to answer. */
  private void reloadWith(String id) throws Exception {
    List<Long> before = workers();
    new Generations(node.config.stateDir()).switchTo(id);
    signal("HUP", node.master().pid().getAsLong());
    Await.until(
        "nginx runs " + id,
        Duration.ofSeconds(10),
        () -> id.equals(node.answeredId()) && workers().stream().noneMatch(before::contains));
  }

  private List<Long> workers() {
    return ProcessHandle.of(node.master().pid().getAsLong())
        .orElseThrow()
        .children()
        .map(ProcessHandle::pid)
        .toList();
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  @Test
  void anotherGenerationThatNginxRunsIsPutRight() throws Exception {
    String old = applied(1);
    String young = applied(2);
    reloadWith(old);
    node.drift().look(false);
    assertThat(node.answeredId()).isEqualTo(young);
    assertThat(drifted()).contains("status=false, reason=Repaired");
    assertThat(node.events)
        .anyMatch(it -> it.contains("points at generations/" + old))
        .anyMatch(
            it ->
                it.equals(
                    "nginx runs generation " + old + ", not " + young + "; repaired: reloaded"));
  }

  @Test
  void whileTheFilesAreDamagedNginxIsNotMadeToReadThem() throws Exception {
    String old = applied(1);
    String young = applied(2);
    reloadWith(old);
    Path conf = node.config.stateDir().resolve("generations/" + young + "/nginx/nginx.conf");
    Files.writeString(conf, Files.readString(conf).replace("10.0.0.2:80", "10.0.0.66:80"));
    node.mirror.close();
    Files.move(node.config.stateDir().resolve("repo"), dir.resolve("gone"));
    node.drift().look(false);
    assertThat(node.answeredId()).isEqualTo(old);
    assertThat(drifted())
        .contains("status=true")
        .contains(
            "changed on disk: nginx/nginx.conf; not repaired: ", ": push a commit; nginx runs");
  }

  @Test
  void anNginxThatDoesNotAnswerInTimeIsNoDrift() throws Exception {
    applied(1);
    long reloads = node.inForce.reloads();
    List<Long> workers = workers();
    for (long worker : workers) {
      signal("STOP", worker);
    }
    try {
      node.drift().look(false);
    } finally {
      for (long worker : workers) {
        signal("CONT", worker);
      }
    }
    assertThat(drifted()).contains("status=false");
    assertThat(node.events).isEmpty();
    assertThat(node.inForce.reloads()).isEqualTo(reloads);
  }
}
