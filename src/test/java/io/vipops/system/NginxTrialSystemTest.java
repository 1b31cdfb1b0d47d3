package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code validate --nginx} with the packaged program and the real nginx, as root and as nobody. */
@Tag("root")
class NginxTrialSystemTest {
  private static final String BAD_VARIABLE = "  backend:\n    balance: {hash: \"$no_such\"}\n";
  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  @TempDir private Path dir;
  private Path home = Path.of("");
  private Path tmp = Path.of("");

  private record Run(int exit, String output) {}

  /** The build's folder may be one that nobody may enter. */
  @BeforeEach
  void install() throws Exception {
    home = dir.resolve("home");
    Command.run("cp", "-r", "target/vipops", home.toString());
    tmp = Files.createDirectory(dir.resolve("tmp"));
    write("good.yaml", Specs.classic(2));
    write("bad.yaml", Specs.classic(2).replace("  backend:\n", BAD_VARIABLE));
    Command.run("chmod", "-R", "a+rX", dir.toString());
    Command.run("chmod", "1777", tmp.toString());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  private List<String> validate(List<String> before, String... arguments) {
    List<String> command = new ArrayList<>(before);
    command.addAll(List.of(home + "/bin/vipops", "validate", "--nginx"));
    command.addAll(List.of(arguments));
    return command;
  }

  private ProcessBuilder process(List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("VIPOPS_JAVA_OPTS", "-Djava.io.tmpdir=" + tmp);
    return builder;
  }

  private Run run(List<String> command) throws Exception {
    Process process = process(command).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  private List<Path> leftBehind() throws IOException {
    try (Stream<Path> files = Files.list(tmp)) {
      return files.toList();
    }
  }

  @Test
  void anyUserIsToldWhatNginxWouldRefuse() throws Exception {
    for (List<String> user : List.of(List.<String>of(), AS_NOBODY)) {
      assertThat(run(validate(user, "good.yaml")))
          .as("%s", user)
          .extracting(Run::exit)
          .isEqualTo(0);
      Run bad = run(validate(user, "bad.yaml"));
      assertThat(bad.output())
          .contains("error [nginx-test] nginx -t: unknown \"no_such\" variable")
          .contains("hash: \"$no_such\"");
      assertThat(bad.exit()).isEqualTo(1);
      assertThat(leftBehind()).isEmpty();
    }
  }

  @Test
  void theNginxOfThisMachineIsNotTouched() throws Exception {
    String look =
        "find /var/lib/nginx /var/log/nginx /run/nginx.pid -printf '%p %u %g %m %s %T@\\n'";
    List<String> state = List.of("sh", "-c", look + " 2>/dev/null | sort");
    String before = Command.run(state);
    assertThat(run(validate(List.of(), "good.yaml")).exit()).isZero();
    assertThat(Command.run(state)).isEqualTo(before);
  }

  @Test
  void withoutNginxItIsOneLineAndExitCode2() throws Exception {
    List<String> hidden =
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "for f in /usr/sbin/nginx /usr/local/sbin/nginx; do"
                + " [ ! -e $f ] || mount --bind /dev/null $f; done;"
                + " PATH=/usr/bin:/bin exec \"$@\"",
            "sh");
    Run run = run(validate(hidden, "good.yaml"));
    assertThat(run.output())
        .isEqualTo("error: --nginx: no nginx on this machine: install it, or leave out --nginx\n");
    assertThat(run.exit()).isEqualTo(2);
  }

  @Test
  void beingEndedLeavesNothingBehind() throws Exception {
    Path bin = Files.createDirectory(dir.resolve("bin"));
    Path fake =
        Files.writeString(bin.resolve("nginx"), "#!/bin/sh\necho $$ > pid\nexec sleep 60\n");
    Command.run("chmod", "755", fake.toString());
    ProcessBuilder builder = process(validate(List.of(), "good.yaml"));
    // nginx is run in /, so its note goes by an absolute path.
    Files.writeString(fake, Files.readString(fake).replace("> pid", "> " + dir + "/pid"));
    builder.environment().merge("PATH", bin.toString(), (path, first) -> first + ":" + path);
    Process process = builder.start();
    try {
      Path pid = dir.resolve("pid");
      Await.until(
          "nginx runs",
          Duration.ofSeconds(20),
          () -> Files.exists(pid) && !Files.readString(pid).isBlank());
      assertThat(leftBehind()).hasSize(1);
      Command.run("kill", "-INT", String.valueOf(process.pid()));
      assertThat(process.waitFor()).isNotZero();
      assertThat(leftBehind()).isEmpty();
      long nginx = Long.parseLong(Files.readString(pid).strip());
      Await.until(
          "nginx is gone",
          Duration.ofSeconds(5),
          () -> ProcessHandle.of(nginx).filter(ProcessHandle::isAlive).isEmpty());
    } finally {
      process.destroyForcibly();
    }
  }
}
