package io.vipops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class VipopsTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine tree = Vipops.commandLine();
    return tree.setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agent",
        "validate",
        "render",
        "plan",
        "status",
        "sync",
        "pause",
        "resume",
        "retry",
        "rollback",
        "history",
        "accept-rewrite",
        "drain",
        "undrain",
        "adopt",
        "unadopt",
        "recover",
        "release",
        "schema",
        "explain-rule",
        "completion"
      })
  void everyCommandExplainsItself(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: vipops " + command);
    assertThat(out.toString().lines().count()).isGreaterThan(4);
  }

  @ParameterizedTest
  @CsvSource({
    "validate,2",
    "render,2",
    "plan,1",
    "schema,2",
    "agent,2",
    "adopt,2",
    "status,3",
    "sync,3",
    "rollback,3",
    "history,3",
    "accept-rewrite,3",
    "drain,3"
  })
  void wrongUseHasEachCommandsOwnExitCode(String command, int code) {
    assertThat(run(command, "--no-such-option")).isEqualTo(code);
    assertThat(err.toString()).contains("Usage: vipops " + command);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"status", "sync", "pause", "resume", "retry", "rollback", "drain", "undrain"})
  void withoutAnAgentTheAnswerIsTwoAndOneLine(String command) {
    Path socket = folder.resolve("control.sock");
    assertThat(run(command, "--socket", socket.toString())).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: no agent answers on " + socket).hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "validate ''|2|PATH",
        "render '' --node lb01|2|PATH",
        "plan ''|1|PATH",
        "plan x.yaml --against ''|1|--against"
      })
  void anEmptyArgumentIsNotTheCurrentFolder(String line, int code, String name) {
    String[] arguments = line.replace("''", "").split(" ", -1);
    assertThat(run(arguments)).isEqualTo(code);
    assertThat(err.toString()).startsWith(name + " is empty: for this folder, say .");
  }

  @Test
  void aPlanSaysWhyTheAgentHereWouldNotTakeIt() throws Exception {
    Path config = folder.resolve("agent.yaml");
    Path nginx = folder.resolve("nginx.conf");
    Files.writeString(nginx, "events {}");
    Files.writeString(
        config,
        """
        version: 1
        node: lb01
        source: {url: 'file:///x'}
        state_dir: %1$s/state
        run_dir: %1$s/run
        nginx: {config: %1$s/nginx.conf, endpoint: '127.0.0.1:80'}
        """
            .formatted(folder));
    Files.createDirectories(folder.resolve("state/history"));
    Files.writeString(
        folder.resolve("state/history/history.json"), "{\"version\":1,\"paused\":true}");

    run("plan", "examples/classic/cluster.yaml", "--config", config.toString());
    assertThat(out.toString())
        .contains("note: lb01's agent is paused: takes no commit until vipops resume")
        .contains("note: " + nginx + " is not vipops' to change yet")
        .contains(
            "note: lb01's agent refuses this spec and keeps what it runs: listener http: port");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void beforeItsFirstConfigurationAHostRecoversAndReleasesNothing() throws Exception {
    Path file = folder.resolve("agent.yaml");
    assertThat(run("recover", "--config", file.toString())).as("nginx is to start").isZero();
    assertThat(run("adopt", "--config", file.toString())).isEqualTo(1);
    Files.writeString(
        file,
        "version: 1\nsource: {url: 'file:///x'}\nstate_dir: %1$s/state\nrun_dir: %1$s/run\n"
            .formatted(folder));
    assertThat(run("recover", "--config", file.toString())).isZero();
    assertThat(run("release", "--config", file.toString())).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "✓ no " + folder + "/state yet: nothing to recover",
            "✓ no generation in force: nothing to release");
    assertThat(folder.resolve("state")).doesNotExist();
  }

  @Test
  void anAgentWithoutItsFileEndsWith78() {
    Path file = folder.resolve("agent.yaml");
    assertThat(run("agent", "--config", file.toString())).isEqualTo(78);
    assertThat(err.toString()).startsWith("error: " + file + ": no such file").hasLineCount(1);
  }

  @Test
  void aBadAgentYamlShowsEveryMistakeWithItsLine() throws Exception {
    Path file = folder.resolve("agent.yaml");
    Files.writeString(file, "version: 1\nsource: {url: 'ftp://x/y'}\nstate_dri: /x\n");
    assertThat(run("agent", "--config", file.toString())).isEqualTo(78);
    assertThat(err.toString())
        .contains(file + ":2:15: error")
        .contains(file + ":3:1: error")
        .contains("did you mean state_dir?");
  }

  @Test
  void anAgentYamlIsCheckedWithoutStartingAnything() throws Exception {
    Path file = folder.resolve("agent.yaml");
    Files.writeString(file, "version: 1\nsource: {url: 'file:///nowhere'}\n");
    assertThat(run("agent", "--check", "--config", file.toString())).isZero();
    assertThat(out.toString()).contains(file + " is valid");
    Files.writeString(file, "version: 1\n");
    assertThat(run("agent", "--check", "--config", file.toString())).isEqualTo(78);
  }

  @Test
  void completionKnowsTheCommandsAndTheirOptions() {
    assertThat(run("completion")).isZero();
    assertThat(out.toString()).contains("undrain").contains("--strict").contains("--socket");
  }

  @Test
  void oneCommandAloneIsLookedAtButHelpShowsAll() {
    assertThat(Vipops.execute("schema", "agent")).isZero();
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("validate").contains("undrain").doesNotContain("worker");
  }
}
