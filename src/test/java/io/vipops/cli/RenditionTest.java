package io.vipops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenditionTest {
  private static final Path CLASSIC = Path.of("src/test/resources/golden/classic");

  @TempDir private Path folder;
  private Path spec = Path.of("");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void copyTheSpec() throws Exception {
    spec = folder.resolve("cluster.yaml");
    Files.copy(CLASSIC.resolve("cluster.yaml"), spec);
  }

  @Test
  void writesTheFilesForTheirOwnerOnly() throws Exception {
    Path to = folder.resolve("a/b");

    assertThat(render("lb01", to)).isZero();

    assertThat(to.resolve("nginx/nginx.conf"))
        .hasSameTextualContentAs(CLASSIC.resolve("lb01/nginx/nginx.conf"));
    assertThat(to.resolve("vrrp.yaml")).hasSameTextualContentAs(CLASSIC.resolve("lb01/vrrp.yaml"));
    assertThat(Files.getPosixFilePermissions(to.resolve("vrrp.yaml"))).hasSize(2);
    assertThat(out.toString()).matches("✓ generation [0-9a-f]{12} in .*a/b\n");
  }

  @Test
  void writesOverWhatItWroteBefore() {
    assertThat(render("lb01", folder.resolve("out"))).isZero();
    assertThat(render("lb02", folder.resolve("out"))).isZero();

    assertThat(folder.resolve("out/vrrp.yaml"))
        .hasSameTextualContentAs(CLASSIC.resolve("lb02/vrrp.yaml"));
  }

  @Test
  void printsEveryFileUnderItsName() throws Exception {
    assertThat(render("lb02", null)).isZero();

    assertThat(out.toString())
        .isEqualTo(
            "# ==> nginx/nginx.conf\n"
                + Files.readString(CLASSIC.resolve("lb02/nginx/nginx.conf"))
                + "\n# ==> vrrp.yaml\n"
                + Files.readString(CLASSIC.resolve("lb02/vrrp.yaml")));
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void suggestsTheNodeThatWasMeant() {
    assertThat(render("lb1", null)).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("error: " + spec + " has no node lb1: did you mean lb01?\n");
  }

  @Test
  void listsTheNodesWhereNoneComesNear() {
    assertThat(render("database", null)).isEqualTo(2);
    assertThat(err.toString()).endsWith("has no node database: the nodes are lb01, lb02\n");
  }

  @Test
  void saysWhatIsWrongWithTheSpecAndRendersNothing() throws Exception {
    Files.writeString(spec, Files.readString(spec).replace("port: 80", "prot: 80"));

    assertThat(render("lb01", folder.resolve("out"))).isEqualTo(1);
    assertThat(err.toString()).contains("cluster.yaml:27:10: error [unknown-key]");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void saysInOneLineThatAFolderCannotBeWritten() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThat(render("lb01", file)).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: cannot write ").hasLineCount(1);
  }

  @Test
  void saysInOneLineThatTheSpecIsMissing() throws Exception {
    Files.delete(spec);

    assertThat(render("lb01", null)).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("error: " + spec + ": no such file or folder\n");
  }

  @Test
  void theCommandNeedsANode() {
    assertThat(Vipops.execute("render", spec.toString())).isEqualTo(2);
  }

  private int render(String node, @Nullable Path to) {
    Terminal terminal =
        new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), false, false);
    return new Rendition(terminal).run(spec, node, to);
  }
}
