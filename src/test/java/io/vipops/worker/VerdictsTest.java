package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.AgentConfig;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerdictsTest {
  private static AgentConfig config(String url, String path, String user, String logs) {
    return new AgentConfig(
        "lb01",
        new AgentConfig.Source(
            url, "main", path, Duration.ofSeconds(1), Duration.ofSeconds(1), null, null, null),
        Path.of("/state"),
        Path.of("/run/vipops"),
        new AgentConfig.Nginx(
            Path.of("/usr/sbin/nginx"),
            Path.of("/etc/nginx/nginx.conf"),
            Path.of("/run/nginx.pid"),
            "nginx",
            new InetSocketAddress("127.0.0.1", 9182),
            Path.of(logs),
            user),
        new InetSocketAddress("127.0.0.1", 0),
        null,
        null,
        AgentConfig.EngineRun.DEFAULT,
        AgentConfig.Drift.REPAIR,
        AgentConfig.LogFormat.TEXT);
  }

  @Test
  void anotherSourceHostOrVersionJudgesAnew() {
    String context = Verdicts.context(config("u", "p", "www-data", "/var/log/nginx"), "1");
    assertThat(Verdicts.context(config("u", "p", "www-data", "/var/log/nginx"), "1"))
        .isEqualTo(context);
    assertThat(
            Set.of(
                context,
                Verdicts.context(config("u", "p", "www-data", "/var/log/nginx"), "2"),
                Verdicts.context(config("v", "p", "www-data", "/var/log/nginx"), "1"),
                Verdicts.context(config("u", "q", "www-data", "/var/log/nginx"), "1"),
                Verdicts.context(config("u", "p", "nginx", "/var/log/nginx"), "1"),
                Verdicts.context(config("u", "p", "www-data", "/srv/log"), "1")))
        .hasSize(6);
  }

  @Test
  void aPasswordInTheUrlIsNotInTheContext() {
    assertThat(Verdicts.context(config("https://t0ken@git/a", "p", "u", "/l"), "1"))
        .doesNotContain("t0ken");
  }
}
