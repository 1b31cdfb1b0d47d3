package io.vipops.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema in an editor: the YAML language server, asked as an editor asks it. */
@Tag("root")
class EditorTest {
  @TempDir private Path dir;

  @Test
  void anEditorCompletesExplainsAndChecksTheSpec() throws Exception {
    Path schema = dir.resolve("cluster.schema.json");
    Files.writeString(schema, Ran.well(dir, "vipops", "schema", "cluster"));
    Ran tests =
        NpmTools.node(
            Map.of(
                "SCHEMA", schema.toString(),
                "SPEC", Path.of("examples/classic/cluster.yaml").toString()),
            "--test",
            "src/test/npm/editor.test.mjs");
    assertThat(tests.code()).as(tests.output()).isZero();
    assertThat(tests.output()).contains("pass 7").contains("fail 0").contains("skipped 0");
  }
}
