package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptsTest {
  private static final String ONE = "1".repeat(40);
  private static final String OTHER = "2".repeat(40);

  @TempDir private Path dir;

  @BeforeEach
  void makeFolder() throws Exception {
    Files.createDirectory(dir.resolve("history"));
  }

  @Test
  void aWorkerThatEndsInThePassCountsAgainstItsCommitAlone() {
    new Attempts(dir).begin(ONE, "judge");
    new Attempts(dir).begin(ONE, "judge");
    Attempts next = new Attempts(dir);
    assertThat(next.ends(ONE, "judge")).isEqualTo(2);
    assertThat(next.ends(ONE, "another judge")).isZero();
    assertThat(next.ends(OTHER, "judge")).isZero();
  }

  @Test
  void itIsToldOnceOfEachCommitWhateverWorkerAsks() {
    new Attempts(dir).begin(ONE, "judge");
    Attempts next = new Attempts(dir);
    assertThat(next.tell()).isTrue();
    assertThat(next.tell()).isFalse();
    assertThat(new Attempts(dir).tell()).as("by the worker after").isFalse();
    next.begin(ONE, "judge");
    assertThat(new Attempts(dir).tell()).as("tried again").isFalse();
    next.begin(OTHER, "judge");
    assertThat(new Attempts(dir).tell()).as("of another commit").isTrue();
    next.end();
    assertThat(new Attempts(dir).tell()).as("after it came to an end").isTrue();
  }
}
