package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrainFlagTest {
  @TempDir Path folder;

  @Test
  void aDrainSurvivesARestartAndSoDoesItsEnd() throws Exception {
    Path file = folder.resolve("state");
    assertThat(DrainFlag.load(file).isSet()).isFalse();
    DrainFlag.load(file).set(true);
    assertThat(DrainFlag.load(file).isSet()).isTrue();
    DrainFlag.load(file).set(false);
    assertThat(DrainFlag.load(file).isSet()).isFalse();
  }

  @Test
  void aFileThatSaysNothingIsAnErrorWithItsName() throws Exception {
    Path file = folder.resolve("state");
    Files.writeString(file, "drained");
    assertThatThrownBy(() -> DrainFlag.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }
}
