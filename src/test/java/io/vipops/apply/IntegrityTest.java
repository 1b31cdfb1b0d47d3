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
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file of a generation, changed in every way: it is never loaded, and can be put right. */
class IntegrityTest {
  private static final String ID = "00000000000a";

  @TempDir private Path dir;
  private Generations generations;
  private Rendering rendering;
  private Settling settling;

  @BeforeEach
  void stage() throws IOException {
    generations = new Generations(dir);
    TreeMap<String, byte[]> files = new TreeMap<>();
    files.put("nginx/nginx.conf", "events {}\n".getBytes(StandardCharsets.UTF_8));
    files.put("vrrp.yaml", "version: 1\n".getBytes(StandardCharsets.UTF_8));
    rendering = new Rendering(new Generation(ID, files), new TreeMap<>());
    settling = new Settling("web", List.of(80), Duration.ZERO, List.of());
    generations.stage(rendering.generation(), manifest(), settling);
  }

  private Manifest manifest() {
    return Manifest.of(rendering, "c", "test");
  }

  private void refusedThenRepaired() throws Exception {
    assertThatThrownBy(() -> generations.load(ID)).isInstanceOf(ApplyFailure.class);
    assertThat(generations.inspect(ID)).isNotEmpty();
    assertThat(generations.repair(rendering.generation(), manifest(), settling)).isNotEmpty();
    assertThat(generations.inspect(ID)).isEmpty();
    assertThat(generations.load(ID)).isEqualTo(settling);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx/nginx.conf", "vrrp.yaml", "manifest.json", "settle.json"})
  void changedTruncatedMissingOrALinkIsNotLoadedAndIsRepaired(String name) throws Exception {
    Path file = generations.folder(ID).resolve(name);
    byte[] whole = Files.readAllBytes(file);

    byte[] other = whole.clone();
    other[other.length / 2] ^= 1;
    Files.write(file, other);
    refusedThenRepaired();

    Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 1));
    refusedThenRepaired();

    Files.delete(file);
    refusedThenRepaired();

    Path elsewhere = Files.write(dir.resolve("elsewhere"), whole);
    Files.delete(file);
    Files.createSymbolicLink(file, elsewhere);
    refusedThenRepaired();
    assertThat(elsewhere).hasBinaryContent(whole);
    assertThat(file).isRegularFile();

    Files.delete(file);
    Files.createDirectory(file);
    refusedThenRepaired();
  }

  @Test
  void aFileTooManyAndASecretForAllAreSeenAndRepairedButLoaded() throws Exception {
    Path extra = Files.writeString(generations.folder(ID).resolve("nginx/more.conf"), "");
    Path secret = generations.folder(ID).resolve("vrrp.yaml");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(generations.load(ID)).isEqualTo(settling);
    assertThat(generations.repair(rendering.generation(), manifest(), settling))
        .isEqualTo("not ours: nginx/more.conf; readable by others: vrrp.yaml");
    assertThat(extra).doesNotExist();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
  }

  @Test
  void aChangeThatKeepsSizeAndTimeChangesTheStamp() throws Exception {
    Path file = generations.folder(ID).resolve("vrrp.yaml");
    String before = generations.stamp(ID);
    assertThat(generations.stamp(ID)).isEqualTo(before);
    var time = Files.getLastModifiedTime(file);
    Thread.sleep(20); // a change time ticks every few milliseconds
    Files.writeString(file, "version: 2\n");
    Files.setLastModifiedTime(file, time);
    assertThat(generations.stamp(ID)).isNotEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/generations/" + ID, "../generations/" + ID, "generations/" + ID + ".tmp"})
  void aLinkOfAnotherFormIsNoCurrent(String target) throws Exception {
    Files.createSymbolicLink(dir.resolve("current"), Path.of(target));
    assertThat(generations.current()).isEmpty();
    generations.switchTo(ID);
    assertThat(generations.current()).hasValue(ID);
  }
}
