package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.vrrp.Instance;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  @TempDir Path folder;

  private static Instance with(String passwordFile) throws Exception {
    return new Instance(
        "web",
        51,
        2,
        "eth0",
        (Inet4Address) InetAddress.getByAddress(new byte[] {10, 0, 0, 51}),
        100,
        null,
        passwordFile,
        List.of(),
        List.of(),
        Duration.ofSeconds(1),
        true,
        Duration.ZERO,
        Duration.ofSeconds(3),
        List.of());
  }

  @Test
  void thePasswordIsTheFileWithoutItsLineEnd() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "s3cret\n");
    assertThat(Secrets.resolve(with(file.toString())).run().password()).isEqualTo("s3cret");
  }

  @Test
  void aFileThatNeverEndsOrIsNoneIsRefusedByItsName() throws Exception {
    for (String path : List.of("/dev/zero", folder.toString())) {
      assertThatThrownBy(() -> Secrets.resolve(with(path)))
          .isInstanceOf(EngineException.class)
          .hasMessage("instance web: password_file " + path + " is not a regular file");
    }
    Path big = Files.writeString(folder.resolve("big"), "x".repeat(1 << 20));
    assertThatThrownBy(() -> Secrets.resolve(with(big.toString())))
        .hasMessageEndingWith("must hold 1 to 8 bytes, not 64");
  }

  @Test
  void aNameThatCannotBeAPathIsRefused() {
    assertThatThrownBy(() -> Secrets.resolve(with("/etc/\0")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("password_file is not a path");
  }
}
