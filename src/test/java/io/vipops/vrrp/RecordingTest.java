package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.engine.Recorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  @TempDir private Path folder;

  @Test
  void aRecordedRunReplaysToTheSameEffects() throws Exception {
    for (long seed = 1; seed <= 16; seed++) {
      List<String> lines = record(seed);
      assertThat(Recording.replay(lines)).isGreaterThan(50);
      assertThat(lines).anyMatch(line -> line.contains("BACKUP -> ACTIVE"));
    }
  }

  @Test
  void aRecordingThatWasChangedIsSeen() throws Exception {
    List<String> lines = new ArrayList<>(record(1));
    int at = 0;
    while (!lines.get(at).contains("BACKUP -> ACTIVE")) {
      at++;
    }
    lines.remove(at);
    assertThatThrownBy(() -> Recording.replay(lines)).isInstanceOf(AssertionError.class);
  }

  private List<String> record(long seed) throws Exception {
    Path file = folder.resolve(seed + ".txt");
    List<String> problems = new ArrayList<>();
    try (Recorder recorder = Recorder.open(file, problems::add)) {
      new SimulatedRun(seed, false, recorder::router).play();
    }
    assertThat(problems).isEmpty();
    return Files.readAllLines(file);
  }
}
