package io.vipops.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Check;
import io.vipops.spec.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProberTest {
  private static final Prober PROBER =
      new Prober(Path.of("/nowhere"), Path.of("/nowhere"), new InetSocketAddress("127.0.0.1", 1));

  private static Check check(Duration timeout, Probe... probes) {
    return new Check("c", List.of(probes), Duration.ofSeconds(1), timeout, 1, 1, 0);
  }

  private static Probe script(String script) {
    return new Probe.Script(List.of("/bin/sh", "-c", script), null);
  }

  @Test
  void allProbesMustPass() {
    Duration plenty = Duration.ofSeconds(20);
    assertThat(PROBER.run(check(plenty, script("exit 0"), script("exit 0"))).ok()).isTrue();
    assertThat(PROBER.run(check(plenty, script("exit 4"), script("exit 0"))).text())
        .startsWith("exit 4");
    assertThat(PROBER.run(check(plenty, script("exit 0"), script("exit 5"))).text())
        .startsWith("exit 5");
  }

  @Test
  void theTimeoutIsForAllProbesTogether() {
    Duration short1 = Duration.ofMillis(400);
    assertThat(PROBER.run(check(short1, script("sleep 0.3"), script("sleep 0.3"))))
        .isEqualTo(Result.failed("timeout after 400 ms"));
  }

  @Test
  void anAcceptedConnectionPassesAndARefusedOneFails() throws IOException {
    Duration plenty = Duration.ofSeconds(10);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int port;
    try (ServerSocket server = new ServerSocket(0, 5, loopback)) {
      port = server.getLocalPort();
      assertThat(PROBER.run(check(plenty, new Probe.Tcp(loopback, port))).text())
          .startsWith("tcp connected in ");
    }
    assertThat(PROBER.run(check(plenty, new Probe.Tcp(loopback, port))))
        .isEqualTo(Result.failed("tcp: connection refused"));
  }
}
