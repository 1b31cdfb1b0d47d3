package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.Main;
import io.vipops.lab.Await;
import io.vipops.lab.Command;
import io.vipops.linux.NotifyReceiver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemdNoticeTest {
  @TempDir Path folder;

  @Test
  void withoutSystemdNothingIsSaidAndNobodyWatches() throws Exception {
    SystemdNotice silent = SystemdNotice.of(Map.of("WATCHDOG_USEC", "1000000"), 1);
    silent.ready("x");
    assertThat(silent.heartbeat()).isEmpty();
  }

  @Test
  void aWatchdogIsFedThreeTimesInItsTimeAndOnlyByTheProcessItIsMeantFor() throws Exception {
    String name = folder.resolve("notify").toString();
    Map<String, String> environment =
        Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "3000000", "WATCHDOG_PID", "7");
    try (NotifyReceiver systemd = new NotifyReceiver(name)) {
      var heartbeat = SystemdNotice.of(environment, 7).heartbeat().orElseThrow();
      assertThat(heartbeat.period()).isEqualTo(Duration.ofSeconds(1));
      assertThat(heartbeat.beat().getAsBoolean()).isTrue();
      assertThat(systemd.next()).isEqualTo("WATCHDOG=1");
      systemd.close();
      assertThat(heartbeat.beat().getAsBoolean()).as("nobody hears").isFalse();
      assertThat(SystemdNotice.of(environment, 8).heartbeat()).isEmpty();
    }
  }

  @Test
  void theStatusIsToldWhenItIsNews() throws Exception {
    String name = folder.resolve("notify").toString();
    try (NotifyReceiver systemd = new NotifyReceiver(name)) {
      SystemdNotice notice = SystemdNotice.of(Map.of("NOTIFY_SOCKET", name), 1);
      notice.ready("one");
      notice.status("one");
      notice.status("two");
      notice.stopping();
      assertThat(systemd.next()).isEqualTo("READY=1\nSTATUS=one");
      assertThat(systemd.next()).isEqualTo("STATUS=two");
      assertThat(systemd.next()).startsWith("STOPPING=1\n");
    }
  }

  @Test
  void anEnvironmentThatIsNotSystemdsIsSaidAtOnce() {
    assertThatThrownBy(() -> SystemdNotice.of(Map.of("NOTIFY_SOCKET", "x"), 1))
        .isInstanceOf(CannotStartException.class)
        .hasMessageContaining("NOTIFY_SOCKET x is no socket's address");
    assertThatThrownBy(
            () -> SystemdNotice.of(Map.of("NOTIFY_SOCKET", "/x", "WATCHDOG_USEC", "often"), 1))
        .isInstanceOf(CannotStartException.class);
  }

  @Test
  @Tag("root")
  void anAgentUnderSystemdIsReadyLivesAndStopsInItsEyes() throws Exception {
    String name = folder.resolve("notify").toString();
    Path yaml = folder.resolve("agent.yaml");
    Files.writeString(
        yaml,
        """
        version: 1
        node: lb01
        source: {url: "file://%1$s/none.git"}
        state_dir: %1$s/state
        run_dir: %1$s/run
        """
            .formatted(folder));
    ProcessBuilder builder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "agent",
                "--config",
                yaml.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    builder.environment().put("NOTIFY_SOCKET", name);
    builder.environment().put("WATCHDOG_USEC", "200000");
    try (NotifyReceiver systemd = new NotifyReceiver(name)) {
      Process agent = builder.start();
      try {
        List<String> heard = new ArrayList<>();
        while (heard.stream().filter("WATCHDOG=1"::equals).count() < 20) {
          String message = systemd.next();
          assertThat(message).as(Files.readString(folder.resolve("log"))).isNotNull();
          heard.add(message);
        }
        assertThat(heard).anyMatch(it -> it.startsWith("READY=1\nSTATUS=lb01: no VRRP instance"));
        Await.until("a worker", Duration.ofSeconds(10), () -> agent.children().count() > 0);
        assertThat(environment(agent.children().findFirst().orElseThrow()))
            .doesNotContain("NOTIFY_SOCKET", "WATCHDOG_USEC");

        Command.run("kill", "-TERM", Long.toString(agent.pid()));
        String last = systemd.next();
        while (last != null && !last.startsWith("STOPPING=1")) {
          last = systemd.next();
        }
        assertThat(last).isEqualTo("STOPPING=1\nSTATUS=handing over");
        assertThat(agent.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(agent.exitValue()).isZero();
      } finally {
        agent.destroyForcibly().waitFor();
      }
    }
  }

  private static String environment(ProcessHandle process) throws Exception {
    return Files.readString(Path.of("/proc/" + process.pid() + "/environ"));
  }
}
