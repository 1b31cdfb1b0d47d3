package io.vipops.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Probe;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileProbeTest {
  @TempDir Path folder;

  private static Result run(Path path, boolean present) {
    return FileProbe.run(new Probe.File(path.toString(), present));
  }

  @Test
  void whatIsWantedPassesAndTheOtherFails() throws Exception {
    Path flag = folder.resolve("drain");
    assertThat(run(flag, false)).isEqualTo(Result.passed("file " + flag + " is not there"));
    assertThat(run(flag, true)).isEqualTo(Result.failed("file " + flag + " is not there"));
    Files.createFile(flag);
    assertThat(run(flag, true)).isEqualTo(Result.passed("file " + flag + " is there"));
    assertThat(run(flag, false)).isEqualTo(Result.failed("file " + flag + " is there"));
    assertThat(run(folder, true).ok()).as("a folder").isTrue();
  }

  @Test
  void aLinkIsWhatItLeadsTo() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
    assertThat(run(link, false).ok()).isTrue();
    Files.createFile(folder.resolve("nowhere"));
    assertThat(run(link, true).ok()).isTrue();
  }

  @Test
  void whatCannotBeLookedAtFailsWhicheverIsWanted() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Path behind = file.resolve("flag");
    for (boolean present : new boolean[] {true, false}) {
      assertThat(run(behind, present).ok()).isFalse();
      assertThat(run(behind, present).text())
          .startsWith("file " + behind + " cannot be looked at: ");
    }
  }
}
