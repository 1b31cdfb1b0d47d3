package io.vipops.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NginxLinkTest {
  @TempDir private Path dir;
  private Path conf;
  private Path target;
  private NginxLink link;

  @BeforeEach
  void create() {
    conf = dir.resolve("etc/nginx.conf");
    target = dir.resolve("state/current/nginx/nginx.conf");
    link = new NginxLink(conf, target);
  }

  @Test
  void theLinkIsMadeWhereThereIsNothing() throws Exception {
    link.make();
    link.make();
    assertThat(Files.readSymbolicLink(conf)).isEqualTo(target);
    link.undo();
    assertThat(conf).doesNotExist();
  }

  @Test
  void theFileThatStoodThereIsKeptOnceAndPutBack() throws Exception {
    Files.createDirectories(conf.getParent());
    Files.writeString(conf, "first");
    link.make();
    Files.delete(conf);
    Files.writeString(conf, "second");
    link.make();
    assertThat(conf.resolveSibling("nginx.conf.before-vipops")).hasContent("first");
    assertThat(conf.resolveSibling("nginx.conf.replaced-by-vipops")).hasContent("second");
    link.undo();
    assertThat(conf).isRegularFile().hasContent("first");
  }

  @Test
  void aForeignFileIsNotUndone() throws Exception {
    Files.createDirectories(conf.getParent());
    Files.writeString(conf, "foreign");
    link.undo();
    assertThat(conf).hasContent("foreign");
  }
}
