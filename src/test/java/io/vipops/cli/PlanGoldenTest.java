package io.vipops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each pair of before.yaml and after.yaml (or folders before and after) under {@code plan/} is
 * planned as. {@code -Dgolden.update=true} writes the expected files anew; review the difference
 * like code.
 */
class PlanGoldenTest {
  private static final Path ALL = Path.of("src/test/resources/plan");
  private static final boolean UPDATE = Boolean.getBoolean("golden.update");

  static List<Path> cases() throws IOException {
    try (Stream<Path> folders = Files.list(ALL)) {
      return folders.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void plansAsWrittenDown(Path folder) throws Exception {
    compare(folder.resolve("expected.txt"), plan(folder, Planning.Format.TEXT));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theJsonIsAsWrittenDown(Path folder) throws Exception {
    String json = plan(folder, Planning.Format.JSON);
    Json.decode(json.getBytes(StandardCharsets.UTF_8));
    compare(folder.resolve("expected.json"), json);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theCommentIsAsWrittenDown(Path folder) throws Exception {
    compare(folder.resolve("expected.md"), plan(folder, Planning.Format.MARKDOWN));
  }

  private static void compare(Path expected, String printed) throws IOException {
    if (UPDATE) {
      Files.writeString(expected, printed);
    }
    assertThat(printed).as(expected.toString()).isEqualTo(Files.readString(expected));
  }

  /** Standard output and error in one, the exit code of --detailed-exitcode last. */
  private static String plan(Path folder, Planning.Format format) {
    StringWriter out = new StringWriter();
    PrintWriter both = new PrintWriter(out, true);
    Terminal terminal = new Terminal(both, both, false, false);
    PlanSides sides =
        new PlanSides(Path.of(""), side(folder, "after"), side(folder, "before"), null);
    int code = new Planning(terminal, format).run(sides, null, true);
    return out + (format == Planning.Format.TEXT ? "exit code " + code + "\n" : "");
  }

  private static String side(Path folder, String name) {
    Path file = folder.resolve(name + ".yaml");
    return (Files.exists(file) ? file : folder.resolve(name)).toString();
  }
}
