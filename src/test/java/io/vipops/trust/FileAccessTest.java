package io.vipops.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileAccessTest {
  @TempDir private Path dir;

  @ParameterizedTest
  @CsvSource({
    "r--------, true, true, true",
    "rw-------, true, true, true",
    "rw-r-----, false, true, true",
    "rw-rw----, false, false, true",
    "rw-r--r--, false, false, true",
    "rw-rw-r--, false, false, true",
    "rw----r--, false, false, true",
    "rwxr-xr-x, false, false, true",
    "rw-rw-rw-, false, false, false",
    "rw-----w-, false, false, false",
  })
  void eachKindOfFileHasAWidestMode(String mode, boolean key, boolean secret, boolean trust)
      throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    String open = "setting " + file + " is open to others (" + mode + "): chmod 600 " + file;
    String written =
        "setting " + file + " can be written by others (" + mode + "): chmod o-w " + file;
    assertThat(FileAccess.PRIVATE_KEY.refusal("setting", file)).isEqualTo(key ? null : open);
    assertThat(FileAccess.SECRET.refusal("setting", file)).isEqualTo(secret ? null : open);
    assertThat(FileAccess.TRUST.refusal("setting", file)).isEqualTo(trust ? null : written);
  }
}
