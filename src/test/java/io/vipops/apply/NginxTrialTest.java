package io.vipops.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vipops.spec.Position;
import io.vipops.spec.Problem;
import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With programs that stand for nginx; NginxTrialSystemTest has the real one. */
class NginxTrialTest {
  @TempDir private Path dir;
  private Spec spec;

  @BeforeEach
  void read() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of("examples/classic/cluster.yaml"));
    spec = SpecReader.read(List.of(new SpecReader.SourceFile("a.yaml", bytes))).spec();
  }

  /** A program that notes each test's folder, its mode and the configuration, then goes on. */
  private Path nginx(String then) throws IOException {
    String script =
        """
        #!/bin/sh
        [ "$1" = -V ] && echo 'configure arguments: --without-http_scgi_module' && exit 0
        stat -c '%%a %%n' "$5" >> %s/calls
        cp "$3" %s/conf
        %s
        """
            .formatted(dir, dir, then);
    Path file = Files.writeString(dir.resolve("nginx"), script);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<Problem> problems(String then) throws Exception {
    return new NginxTrial(nginx(then), Duration.ofSeconds(20)).problems(spec, "a.yaml");
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(dir.resolve("calls"));
  }

  @Test
  void nodesThatRenderTheSameAreTestedOnceInAFolderThatIsGoneAfterwards() throws Exception {
    assertThat(problems("exit 0")).isEmpty();
    assertThat(calls()).singleElement().asString().startsWith("700 ");
    assertThat(Path.of(calls().get(0).substring(4))).doesNotExist();
  }

  @Test
  void whatNginxWritesStaysInTheFolder() throws Exception {
    problems("exit 0");
    String folder = calls().get(0).substring(4).replaceFirst("/$", "");
    String conf = Files.readString(dir.resolve("conf"));
    assertThat(conf)
        .contains("pid " + folder + "/nginx.pid;", "error_log " + folder + "/error.log")
        .contains("access_log " + folder + "/access.log;")
        .contains("client_body_temp_path \"" + folder + "/client_body\";")
        .doesNotContain("scgi_temp_path")
        .doesNotContain("/var/", "/run/");
  }

  @Test
  void aComplaintAboutARenderedLineIsAtTheLineOfTheSpec() throws Exception {
    List<Problem> problems =
        problems(
            "n=$(grep -n 10.0.0.101 \"$3\" | cut -d: -f1);"
                + " echo \"nginx: [emerg] bad server in $3:$n\"; exit 1");
    assertThat(problems)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.position().line()).isEqualTo(30);
              assertThat(problem.rule()).isEqualTo("nginx-test");
              assertThat(problem.message()).isEqualTo("nginx -t: bad server");
            });
  }

  @Test
  void aComplaintAboutALineOfOurOwnNamesTheFile() throws Exception {
    List<Problem> problems = problems("echo \"nginx: [emerg] no user in $3:2\"; exit 1");
    assertThat(problems)
        .extracting(Problem::position)
        .containsExactly(new Position("a.yaml", 0, 0));
    assertThat(problems.get(0).message()).isEqualTo("nginx -t: no user in nginx.conf:2");
  }

  @Test
  void socketsThatThisMachineOrUserDoesNotHaveAreNoFinding() throws Exception {
    String refused = "failed (13: Permission denied)";
    assertThat(problems("echo 'nginx: [emerg] bind() to 0.0.0.0:80 " + refused + "'; exit 1"))
        .isEmpty();
  }

  @Test
  void anNginxThatHangsIsEndedAndIsNoVerdict() throws Exception {
    Path nginx = nginx("exec sleep 60");
    ApplyFailure failure =
        catchThrowableOfType(
            ApplyFailure.class,
            () -> new NginxTrial(nginx, Duration.ofMillis(600)).problems(spec, "a.yaml"));
    assertThat(failure.fault()).isEqualTo(Fault.HOST);
    assertThat(failure.line()).contains("no end after");
    assertThat(Path.of(calls().get(0).substring(4))).doesNotExist();
  }

  @Test
  void itIsFoundInThePathBeforeItsUsualPlaces() throws Exception {
    Path nginx = nginx("exit 0");
    assertThat(NginxTrial.find("relative::/nowhere:" + dir, List.of())).contains(nginx);
    assertThat(NginxTrial.find("", List.of(dir))).contains(nginx);
    assertThat(NginxTrial.find("/nowhere", List.of())).isEmpty();
    Files.setPosixFilePermissions(nginx, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(NginxTrial.find(dir.toString(), List.of())).isEmpty();
  }
}
