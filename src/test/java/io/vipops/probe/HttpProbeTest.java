package io.vipops.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class HttpProbeTest {
  private static final Duration PLENTY = Duration.ofSeconds(10);

  private static Result ask(String answer, String body) throws IOException {
    try (Canned server = new Canned(answer, false)) {
      return HttpProbe.run(probe(server, null, body), PLENTY);
    }
  }

  private static Probe.Http probe(Canned server, String host, String body) {
    URI url = URI.create("http://127.0.0.1:" + server.address().getPort() + "/healthz?deep=1");
    return new Probe.Http(url, host, new TreeSet<>(List.of(200, 204)), body);
  }

  @Test
  void aWantedStatusPasses() throws IOException {
    Result result = ask("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", null);
    assertThat(result.ok()).isTrue();
    assertThat(result.text()).matches("http 200 in \\d+ ms");
    assertThat(ask("HTTP/1.1 204 No Content\r\n\r\n", null).ok()).isTrue();
  }

  @Test
  void anotherStatusFails() throws IOException {
    Result result = ask("HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n", null);
    assertThat(result.ok()).isFalse();
    assertThat(result.text()).startsWith("http 503");
  }

  @Test
  void theBodyMustContainTheTextEvenAcrossChunks() throws IOException {
    String chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n6;x=y\r\n is we\r\n2\r\nll\r\n0\r\n\r\n";
    assertThat(ask(chunked, "all is well").ok()).isTrue();
    assertThat(ask(chunked, "unwell").ok()).isFalse();
  }

  @Test
  void aBodyIsReadUpTo64KiB() throws IOException {
    String head = "HTTP/1.0 200 OK\r\n\r\n";
    assertThat(ask(head + "-".repeat(65_533) + "end", "end").ok()).isTrue();
    assertThat(ask(head + "-".repeat(65_534) + "end", "end").ok()).isFalse();
  }

  @Test
  void theRequestNamesHostAndTarget() throws IOException {
    try (Canned server = new Canned("HTTP/1.1 200 OK\r\n\r\n", false)) {
      HttpProbe.run(probe(server, "shop.example.com", null), PLENTY);
      assertThat(server.request())
          .startsWith("GET /healthz?deep=1 HTTP/1.1\r\n")
          .contains("\r\nHost: shop.example.com\r\n", "\r\nConnection: close\r\n");
      HttpProbe.run(probe(server, null, null), PLENTY);
      assertThat(server.request()).contains("Host: 127.0.0.1:" + server.address().getPort());
    }
  }

  @Test
  void aServerThatNeverEndsIsEndedByTheDeadline() throws IOException {
    try (Canned server = new Canned("HTTP/1.1 200 OK\r\nX-", true)) {
      long startNs = System.nanoTime();
      Result result = HttpProbe.run(probe(server, null, null), Duration.ofMillis(200));
      assertThat(result).isEqualTo(Result.failed("http timeout after 200 ms"));
      assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void aClosedPortAndGarbageFail() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    URI url = URI.create("http://localhost:" + port);
    Result result =
        HttpProbe.run(new Probe.Http(url, null, new TreeSet<>(List.of(200)), null), PLENTY);
    assertThat(result).isEqualTo(Result.failed("http: connection refused"));
    assertThat(ask("SSH-2.0-nobody\r\n", null)).isEqualTo(Result.failed("http: no HTTP answer"));
    assertThat(ask("HTTP/1.1 200 OK\r\nX: y", null).text()).contains("closed");
    assertThat(ask("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", null).ok()).isFalse();
  }
}
