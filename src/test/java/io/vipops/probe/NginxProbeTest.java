package io.vipops.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.spec.Check;
import io.vipops.spec.Probe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the real nginx, on a loopback port. */
@Tag("root")
class NginxProbeTest {
  private static final Path BINARY = Path.of("/usr/sbin/nginx");
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Check CHECK =
      new Check(
          "nginx",
          List.of(new Probe.Nginx()),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          1,
          1,
          -30);

  @TempDir Path folder;
  private Process nginx;
  private Path pidFile;
  private InetSocketAddress endpoint;

  @BeforeEach
  void startNginx() throws Exception {
    pidFile = folder.resolve("nginx.pid");
    try (ServerSocket free = new ServerSocket(0)) {
      endpoint = new InetSocketAddress("127.0.0.1", free.getLocalPort());
    }
    Path config =
        Files.writeString(
            folder.resolve("nginx.conf"),
            """
            pid %s;
            error_log %s;
            events {}
            http {
              access_log off;
              server {
                listen 127.0.0.1:%d;
                location = /generation { return 200 "3f2a9c81d0aa\\n"; }
              }
            }
            """
                .formatted(pidFile, folder.resolve("error.log"), endpoint.getPort()));
    nginx =
        new ProcessBuilder(BINARY.toString(), "-c", config.toString(), "-g", "daemon off;")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Await.until(
        "nginx answers",
        SOON,
        () -> GenerationEndpoint.ask(endpoint, Duration.ofSeconds(1)).id() != null);
  }

  @AfterEach
  void stopNginx() throws Exception {
    nginx.destroy();
    nginx.waitFor();
  }

  private Prober prober() {
    return new Prober(pidFile, BINARY, endpoint);
  }

  @Test
  void aVerifiedMasterWhoseWorkersAnswerPasses() {
    assertThat(GenerationEndpoint.ask(endpoint, SOON).id()).isEqualTo("3f2a9c81d0aa");
    assertThat(NginxMaster.find(pidFile, BINARY).pid()).hasValue(nginx.pid());
    assertThat(prober().run(CHECK)).isEqualTo(Result.passed("generation 3f2a9c81d0aa"));
  }

  @Test
  void aStoppedNginxFailsAndItsStalePidFileIsNotTrusted() throws Exception {
    stopNginx();
    assertThat(prober().run(CHECK).text()).isEqualTo("no nginx master: no pid file " + pidFile);
    Files.writeString(pidFile, nginx.pid() + "\n");
    assertThat(prober().run(CHECK).text()).contains("process " + nginx.pid()).contains("is gone");
  }

  @Test
  void aPidFileThatNamesSomebodyElseIsNotTrusted() throws IOException {
    assertNoMaster(ProcessHandle.current().pid() + "", "is not a master of");
    long worker = ProcessHandle.of(nginx.pid()).orElseThrow().children().findAny().get().pid();
    assertNoMaster(worker + "", "is not a master of");
    assertNoMaster("", "no process id in");
    assertNoMaster("-1", "no process id in");
    assertNoMaster("garbage", "no process id in");
  }

  @Test
  void aKilledMasterFailsThoughItsOrphansStillAnswer() throws Exception {
    List<ProcessHandle> workers = nginx.toHandle().children().toList();
    try {
      nginx.destroyForcibly().waitFor();
      assertThat(GenerationEndpoint.ask(endpoint, SOON).id()).isEqualTo("3f2a9c81d0aa");
      assertThat(prober().run(CHECK).ok()).isFalse();
    } finally {
      workers.forEach(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void aStoppedWorkerFailsByTheTimeoutOfTheWholeCheck() throws Exception {
    long worker = nginx.toHandle().children().findAny().orElseThrow().pid();
    io.vipops.lab.Command.run("kill", "-STOP", worker + "");
    try {
      Check impatient = new Check("nginx", CHECK.probes(), SOON, Duration.ofMillis(300), 1, 1, -30);
      assertThat(prober().run(impatient)).isEqualTo(Result.failed("timeout after 300 ms"));
    } finally {
      io.vipops.lab.Command.run("kill", "-CONT", worker + "");
    }
  }

  private void assertNoMaster(String content, String why) throws IOException {
    Path other = Files.writeString(folder.resolve("other.pid"), content + "\n");
    NginxMaster found = NginxMaster.find(other, BINARY);
    assertThat(found.pid()).isEmpty();
    assertThat(found.text()).contains(why);
  }
}
