package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a change of state, from a commit to the file that they write. */
@Tag("root")
class NotifyTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void everyStateIsToldInOrderAndOneThatHangsKeepsNoVip() throws Exception {
    Path told = Files.createFile(folder.resolve("told"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    String notify =
        "notify: [{on: [active, backup, fault], user: root, command: "
            + "[/bin/sh, -c, 'echo \"told $*\" >> "
            + told
            + "', sh]}, {on: [active], timeout: 1s, command: [/bin/sh, -c, 'sleep 600; true']}]";
    try (Cluster cluster = Cluster.create(folder)) {
      cluster.push("first", Specs.classic(1, notify, ""));
      cluster.startAgent("lb01");
      Await.until("VIP on lb01", LIMIT, () -> cluster.host("lb01").holds(Cluster.VIP));
      Await.until("two lines", LIMIT, () -> lines(told).size() == 2);
      assertThat(lines(told).get(0)).isEqualTo("told web backup started 100");
      assertThat(lines(told).get(1)).startsWith("told web active no Active heard for ");
      Cluster.Outcome drained = cluster.vipops("lb01", "drain");
      assertThat(drained.code()).as(drained.output()).isZero();
      Await.until("a third", LIMIT, () -> lines(told).size() == 3);
      assertThat(lines(told).get(2)).isEqualTo("told web backup drained 100");
      Await.until(
          "an event",
          LIMIT,
          () -> {
            Cluster.Outcome status = cluster.vipops("lb01", "status", "--json");
            return status.output().contains("web active: notify /bin/sh: timeout after 1 s");
          });
      assertThat(cluster.agent("lb01").output())
          .contains("web active: notify /bin/sh: timeout after 1 s");
    }
  }

  private static List<String> lines(Path file) throws Exception {
    return Files.readAllLines(file);
  }
}
