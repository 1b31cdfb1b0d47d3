package io.vipops.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.render.Generation;
import io.vipops.render.Manifest;
import io.vipops.render.Renderer.Rendering;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationsTest {
  private static final Settling SETTLING =
      new Settling("web", List.of(80), Duration.ofSeconds(3), List.of(Map.of("name", "backend")));

  @TempDir private Path dir;
  private Generations generations;

  @BeforeEach
  void open() {
    generations = new Generations(dir);
  }

  private static String id(int n) {
    return "%012x".formatted(n);
  }

  private void stage(int n) throws IOException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    files.put("nginx/nginx.conf", ("n " + n).getBytes(StandardCharsets.UTF_8));
    files.put("vrrp.yaml", "v".getBytes(StandardCharsets.UTF_8));
    Rendering rendering = new Rendering(new Generation(id(n), files), new TreeMap<>());
    generations.stage(
        rendering.generation(), Manifest.of(rendering, "c".repeat(40), "test"), SETTLING);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(dir.resolve("generations"))) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private String mode(String file) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(generations.folder(id(1)).resolve(file)));
  }

  @Test
  void whatIsStagedIsLoadedAgain() throws Exception {
    stage(1);
    assertThat(generations.load(id(1))).isEqualTo(SETTLING);
    assertThat(generations.commit(id(1))).isEqualTo("c".repeat(40));
    assertThat(generations.current()).as("staged is not in force").isEmpty();
  }

  @Test
  void whatMayHoldAPasswordIsReadableByRootOnly() throws Exception {
    stage(1);
    assertThat(mode("vrrp.yaml")).isEqualTo("rw-------");
    assertThat(mode("nginx/nginx.conf")).isEqualTo("rw-r--r--");
  }

  @Test
  void aFileThatWasChangedOnDiskIsNoticed() throws Exception {
    stage(1);
    Files.writeString(generations.folder(id(1)).resolve("nginx/nginx.conf"), "other");
    assertThatThrownBy(() -> generations.load(id(1)))
        .isInstanceOfSatisfying(
            ApplyFailure.class, e -> assertThat(e.fault()).isEqualTo(Fault.HOST))
        .hasMessageContaining("changed on disk: nginx/nginx.conf");
    stage(1);
    assertThat(generations.load(id(1))).as("written anew").isEqualTo(SETTLING);
  }

  @Test
  void aMissingFileIsNoticed() throws Exception {
    stage(1);
    Files.delete(generations.folder(id(1)).resolve("vrrp.yaml"));
    assertThatThrownBy(() -> generations.load(id(1))).hasMessageContaining("vrrp.yaml");
  }

  @Test
  void currentIsReplacedInOneStep() throws Exception {
    stage(1);
    stage(2);
    generations.switchTo(id(1));
    assertThat(generations.current()).hasValue(id(1));
    generations.switchTo(id(2));
    assertThat(generations.current()).hasValue(id(2));
    assertThat(dir.resolve("current/nginx/nginx.conf")).hasContent("n 2");
    generations.switchTo(null);
    assertThat(generations.current()).isEmpty();
  }

  @Test
  void aCrashWhileStagingLeavesNothingReachableAndIsCleanedUp() throws Exception {
    Path half = Files.createDirectories(dir.resolve("generations/" + id(1) + ".tmp/nginx"));
    Files.writeString(half.resolve("nginx.conf"), "half");
    assertThatThrownBy(() -> generations.load(id(1))).isInstanceOf(ApplyFailure.class);
    stage(1);
    assertThat(generations.load(id(1))).isEqualTo(SETTLING);
    Files.createDirectories(dir.resolve("generations/" + id(2) + ".tmp"));
    generations.prune(10, Set.of());
    assertThat(names()).containsExactly(id(1));
  }

  @Test
  void aCrashBetweenTheNewLinkAndTheRenameLeavesTheOldOne() throws Exception {
    stage(1);
    stage(2);
    generations.switchTo(id(1));
    Files.createSymbolicLink(dir.resolve("current.tmp"), Path.of("generations", id(2)));
    assertThat(new Generations(dir).current()).hasValue(id(1));
    generations.switchTo(id(2));
    assertThat(generations.current()).hasValue(id(2));
  }

  @Test
  void theYoungestAreKeptAndThoseInUse() throws Exception {
    for (int n = 0; n < 14; n++) {
      stage(n);
      Files.setLastModifiedTime(generations.folder(id(n)), FileTime.fromMillis(1_000L * n));
    }
    generations.prune(10, Set.of(id(0), id(1)));
    assertThat(names())
        .containsExactly(id(0), id(1), id(6), id(7), id(8), id(9), id(10), id(11), id(12), id(13));
  }
}
