package io.vipops.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
  /** One that is only warned of, one of 12 bytes, one of a wrong type, one that is no YAML. */
  @ParameterizedTest
  @ValueSource(strings = {"s3cr3tXY", "s3cr3tXY-123", "[s3cr3tXY]", "@s3cr3tXY"})
  void noFormatShowsAPassword(String password) throws Exception {
    String spec =
        Files.readString(Path.of("examples/classic/cluster.yaml"))
            .replace(
                "virtual_router_id: 51",
                "virtual_router_id: 51\n    version: 2\n    authentication:"
                    + " {type: pass, password: "
                    + password
                    + "}");
    assertThat(spec).contains(password);
    Checked checked = Reports.checked("a.yaml", spec);
    assertThat(checked.problems()).anyMatch(problem -> pointsAt(problem, checked));
    Report report = Reports.of(checked);
    for (String text :
        List.of(
            SarifFormat.text(report),
            JunitFormat.text(report),
            JsonFormat.text(report),
            GithubFormat.text(report),
            GitlabFormat.text(report))) {
      assertThat(text).contains("a.yaml").doesNotContain("s3cr3t");
    }
  }

  private static boolean pointsAt(Problem problem, Checked in) {
    String line = in.lines().line(problem.position());
    return line != null && line.contains("password: *");
  }
}
