package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.channel.UnixSocket;
import io.vipops.spec.AgentConfig;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents without a generation; their worker only sleeps. */
@Tag("root")
class TwoAgentsTest {
  private static final List<String> WORKER = List.of("sleep", "600");

  @TempDir Path folder;

  private AgentConfig config(String state, String run) {
    return new AgentConfig(
        "lb01",
        new AgentConfig.Source(
            "file:///nowhere",
            "main",
            ".",
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            null,
            null,
            null),
        folder.resolve(state),
        folder.resolve(run),
        new AgentConfig.Nginx(
            Path.of("/usr/sbin/nginx"),
            folder.resolve("nginx.conf"),
            folder.resolve("nginx.pid"),
            "nginx",
            new InetSocketAddress("127.0.0.1", 1),
            folder,
            "www-data"),
        new InetSocketAddress("127.0.0.1", 0),
        null,
        null,
        AgentConfig.EngineRun.DEFAULT,
        AgentConfig.Drift.REPAIR,
        AgentConfig.LogFormat.TEXT);
  }

  @Test
  void theSecondEndsAndTheFirstKeepsItsSocket() throws Exception {
    Agent first = Agent.start(config("state", "run"), "test", WORKER, null, List::of);
    try {
      assertThatThrownBy(() -> Agent.start(config("state", "run2"), "test", WORKER, null, List::of))
          .isInstanceOf(CannotStartException.class)
          .hasMessageContaining(folder.resolve("state/agent.lock") + " is locked");
      assertThatThrownBy(() -> Agent.start(config("state2", "run"), "test", WORKER, null, List::of))
          .isInstanceOf(CannotStartException.class)
          .hasMessageContaining(folder.resolve("run/agent.lock") + " is locked");
      UnixSocket.connect(folder.resolve("run/control.sock")).close();
    } finally {
      first.stop();
    }
    Agent.start(config("state", "run"), "test", WORKER, null, List::of).stop();
  }

  @Test
  void asACommandItEndsWithOneLineAndAnExitCodeThatIsTriedAgain() throws Exception {
    Agent first = Agent.start(config("state", "run"), "test", WORKER, null, List::of);
    try {
      Path yaml = folder.resolve("agent.yaml");
      Files.writeString(
          yaml,
          """
          version: 1
          node: lb01
          source: {url: "file:///nowhere", branch: main}
          state_dir: %s
          run_dir: %s
          """
              .formatted(folder.resolve("state"), folder.resolve("run")));
      Process second =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElse("java"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  "io.vipops.Main",
                  "agent",
                  "--config",
                  yaml.toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(second.waitFor()).as(output).isEqualTo(1);
      assertThat(output.strip())
          .hasLineCount(1)
          .contains("is locked by process " + ProcessHandle.current().pid())
          .contains("another vipops agent runs");
      UnixSocket.connect(folder.resolve("run/control.sock")).close();
    } finally {
      first.stop();
    }
  }
}
