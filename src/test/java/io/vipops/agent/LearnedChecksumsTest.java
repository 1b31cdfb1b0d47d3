package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.engine.InstanceStatus;
import io.vipops.spec.Addresses;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnedChecksumsTest {
  @TempDir Path folder;

  private static InstanceStatus status(int vrid, @Nullable Checksum learned) {
    Instance instance =
        new Instance(
            "web",
            vrid,
            3,
            "eth0",
            Objects.requireNonNull(Addresses.parse("10.0.0.51")),
            100,
            null,
            null,
            List.of(),
            List.of(),
            Duration.ofSeconds(1),
            true,
            Duration.ZERO,
            Duration.ZERO,
            List.of());
    return new InstanceStatus(
        instance,
        State.BACKUP,
        Instant.EPOCH,
        "",
        100,
        null,
        0,
        0,
        0,
        new TreeMap<>(),
        List.of(),
        null,
        learned,
        null,
        0);
  }

  @Test
  void whatWasLearnedIsKnownAfterARestart() {
    LearnedChecksums before = LearnedChecksums.load(folder);
    assertThat(before.forms()).isEmpty();
    before.note(List.of(status(51, Checksum.MESSAGE), status(52, null)));
    assertThat(LearnedChecksums.load(folder).forms())
        .isEqualTo(Map.of("eth0 vrid 51 v3", Checksum.MESSAGE));
    before.note(List.of(status(52, Checksum.PSEUDO_HEADER)));
    assertThat(LearnedChecksums.load(folder).forms())
        .isEqualTo(Map.of("eth0 vrid 52 v3", Checksum.PSEUDO_HEADER));
  }

  @Test
  void nothingIsWrittenWhereNothingChanged() throws Exception {
    LearnedChecksums forms = LearnedChecksums.load(folder);
    forms.note(List.of(status(51, Checksum.MESSAGE)));
    Files.delete(folder.resolve("checksums"));
    forms.note(List.of(status(51, Checksum.MESSAGE)));
    assertThat(folder.resolve("checksums")).doesNotExist();
  }

  @Test
  void aDamagedFileIsAsGoodAsNone() throws Exception {
    Files.writeString(folder.resolve("checksums"), "{\"eth0 vrid 51 v3\": \"mess");
    assertThat(LearnedChecksums.load(folder).forms()).isEmpty();
    Files.writeString(folder.resolve("checksums"), "{\"eth0 vrid 51 v3\": 7, \"a\": \"message\"}");
    assertThat(LearnedChecksums.load(folder).forms()).isEqualTo(Map.of("a", Checksum.MESSAGE));
  }
}
