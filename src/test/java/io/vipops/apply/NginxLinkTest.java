package io.vipops.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NginxLinkTest {
  @TempDir private Path dir;
  private Path conf;
  private Path kept;
  private Path target;
  private NginxLink link;

  @BeforeEach
  void create() throws Exception {
    conf = dir.resolve("etc/nginx.conf");
    kept = dir.resolve("etc/nginx.conf.before-vipops");
    target = dir.resolve("state/current/nginx/nginx.conf");
    link = new NginxLink(conf, target);
  }

  private void write(String text) throws IOException {
    Files.createDirectories(conf.getParent());
    Files.deleteIfExists(conf);
    Files.writeString(conf, text);
  }

  /** All that a person could see to be different afterwards. */
  private static Map<String, Object> attributes(Path file) throws IOException {
    return Files.readAttributes(
        file, "unix:mode,uid,gid,size,lastModifiedTime,ino,nlink", LinkOption.NOFOLLOW_LINKS);
  }

  private long files() throws IOException {
    try (Stream<Path> all = Files.list(conf.getParent())) {
      return all.count();
    }
  }

  @Test
  void theLinkIsMadeWhereThereIsNothing() throws Exception {
    link.make();
    link.make();
    assertThat(Files.readSymbolicLink(conf)).isEqualTo(target);
    link.undo();
    assertThat(conf).doesNotExist();
    link.make();
    link.unadopt();
    assertThat(files()).isZero();
  }

  @Test
  void theStateFolderSaysWhereTheLinkIsUntilItIsGone() throws Exception {
    Path note = dir.resolve("state/nginx-link");
    link.make();
    assertThat(note).hasContent(conf + "\n");
    link.unadopt();
    assertThat(note).doesNotExist();
    write("first");
    link.unadopt();
    assertThat(note).doesNotExist();
    link.adopt();
    assertThat(note).hasContent(conf + "\n");
    link.unadopt();
    assertThat(note).doesNotExist();
  }

  @Test
  void aFileThatNobodyGaveAwayIsNotReplaced() throws Exception {
    write("theirs");
    assertThat(link.state()).isEqualTo(NginxLink.State.FOREIGN);
    assertThatThrownBy(link::make).isInstanceOf(IOException.class);
    link.undo();
    link.unadopt();
    assertThat(conf).isRegularFile().hasContent("theirs");
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void anAdoptedFileComesBackAsItWasToTheLastAttribute() throws Exception {
    write("first");
    Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rw-r-----"));
    Files.setLastModifiedTime(conf, FileTime.from(Instant.ofEpochSecond(1_000_000_000, 123_456)));
    Map<String, Object> before = attributes(conf);
    link.adopt();
    link.adopt();
    assertThat(conf).as("in force until the first apply").isRegularFile();
    link.make();
    assertThat(conf).isSymbolicLink();
    assertThat(kept).hasContent("first");
    link.unadopt();
    assertThat(attributes(conf)).isEqualTo(before);
    assertThat(conf).hasContent("first");
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void adoptionIsTakenBackBeforeTheFirstApplyToo() throws Exception {
    write("first");
    Map<String, Object> before = attributes(conf);
    link.adopt();
    link.unadopt();
    assertThat(attributes(conf)).isEqualTo(before);
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void aSymbolicLinkOfTheirsComesBackAsOne() throws Exception {
    Files.createDirectories(conf.getParent());
    Files.createSymbolicLink(conf, Path.of("site/main.conf"));
    link.adopt();
    link.make();
    assertThat(Files.readSymbolicLink(conf)).isEqualTo(target);
    link.unadopt();
    assertThat(Files.readSymbolicLink(conf)).isEqualTo(Path.of("site/main.conf"));
    link.adopt();
    link.unadopt();
    assertThat(Files.readSymbolicLink(conf)).isEqualTo(Path.of("site/main.conf"));
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void aRollbackPutsTheOriginalBackAndTheConsentStays() throws Exception {
    write("first");
    link.adopt();
    link.make();
    link.undo();
    assertThat(conf).isRegularFile().hasContent("first");
    assertThat(link.state()).isEqualTo(NginxLink.State.ADOPTED);
    assertThat(link.isOriginal()).isTrue();
    link.make();
    assertThat(link.replaced()).doesNotExist();
    link.unadopt();
    assertThat(conf).isRegularFile().hasContent("first");
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void whatCameLaterIsKeptBesideTheOriginal() throws Exception {
    write("first");
    link.adopt();
    link.make();
    write("second");
    assertThat(link.isOriginal()).isFalse();
    link.make();
    assertThat(kept).hasContent("first");
    assertThat(link.replaced()).hasContent("second");
    write("third");
    link.unadopt();
    assertThat(conf).isRegularFile().hasContent("first");
    assertThat(link.replaced()).hasContent("third");
    assertThat(kept).doesNotExist();
  }
}
