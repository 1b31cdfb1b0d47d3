package io.vipops.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.AgentConfig.Report.Kind;
import io.vipops.web.CommitStatusApi.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommitStatusApiTest {
  private static final String SHA = "0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c";

  /** Less than a connection that nobody uses. */
  private static final Duration KEPT_BY_JAVA = Duration.ofSeconds(4);

  @TempDir private Path dir;

  private CommitStatusApi api(Kind kind, URI url, Duration limit) throws Exception {
    return api(kind, url, limit, null);
  }

  private CommitStatusApi api(Kind kind, URI url, Duration limit, AgentConfig.Https https)
      throws Exception {
    Path token = dir.resolve("token");
    if (!Files.exists(token)) {
      Files.writeString(token, StatusServer.TOKEN + "\n");
      Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
    }
    AgentConfig.Source source =
        new AgentConfig.Source(
            "file:///none", "main", ".", Duration.ofSeconds(1), limit, null, https, null);
    return new CommitStatusApi(
        new AgentConfig.Report(kind, url, "team/lb", token), source, "vipops/test", limit);
  }

  private Answer post(StatusServer server, Kind kind, CommitState state) throws Exception {
    return api(kind, server.url(), Duration.ofSeconds(10))
        .post(SHA, state, "vipops/lb01", "applied 3f2a9c81d0aa");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyKindTakesEveryState(Kind kind) throws Exception {
    try (StatusServer server = new StatusServer(kind, 0)) {
      for (CommitState state : CommitState.values()) {
        assertThat(post(server, kind, state)).as("%s", state).isEqualTo(taken());
      }
      assertThat(server.taken.get(1))
          .isEqualTo(
              new StatusServer.Status(SHA, "success", "vipops/lb01", "applied 3f2a9c81d0aa"));
      assertThat(server.taken.get(2).state()).isEqualTo(kind == Kind.GITLAB ? "failed" : "failure");
      assertThat(post(server, kind, CommitState.ERROR)).as("a duplicate").isEqualTo(taken());
    }
  }

  private static Answer taken() {
    return new Answer(Answer.Kind.TAKEN, "", null);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aCommitThatTheServerDoesNotKnowIsRejected(Kind kind) throws Exception {
    try (StatusServer server = new StatusServer(kind, 0)) {
      server.unknown.add(SHA);
      Answer answer = post(server, kind, CommitState.PENDING);
      assertThat(answer.kind()).isEqualTo(Answer.Kind.REJECTED);
      assertThat(answer.line()).contains(kind == Kind.GITLAB ? "404" : "422");
    }
  }

  @Test
  void troubleOfTheServersIsForLater() throws Exception {
    try (StatusServer server = new StatusServer(Kind.GITHUB, 0)) {
      for (int status : new int[] {500, 502, 503, 408, 409}) {
        server.troubles.add(new StatusServer.Trouble(status, Map.of()));
        assertThat(post(server, Kind.GITHUB, CommitState.PENDING).kind())
            .as("%d", status)
            .isEqualTo(Answer.Kind.LATER);
      }
      server.troubles.add(new StatusServer.Trouble(429, Map.of("Retry-After", "17")));
      assertThat(post(server, Kind.GITHUB, CommitState.PENDING).after())
          .isEqualTo(Duration.ofSeconds(17));
      String reset = Long.toString(Instant.now().plusSeconds(100).getEpochSecond());
      server.troubles.add(
          new StatusServer.Trouble(
              403, Map.of("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", reset)));
      Answer limited = post(server, Kind.GITHUB, CommitState.PENDING);
      assertThat(limited.kind()).isEqualTo(Answer.Kind.LATER);
      assertThat(limited.after()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(100));
    }
    int nobody = RawHttp.freePort();
    Answer refused =
        api(Kind.GITHUB, URI.create("http://127.0.0.1:" + nobody), Duration.ofSeconds(5))
            .post(SHA, CommitState.PENDING, "vipops/lb01", "x");
    assertThat(refused.kind()).isEqualTo(Answer.Kind.LATER);
    assertThat(refused.line()).contains("127.0.0.1:" + nobody, "refused");
  }

  @Test
  void whatSomebodyHasToMendIsDenied() throws Exception {
    try (StatusServer server = new StatusServer(Kind.GITEA, 0)) {
      server.troubles.add(new StatusServer.Trouble(403, Map.of()));
      Answer forbidden = post(server, Kind.GITEA, CommitState.PENDING);
      assertThat(forbidden.kind()).isEqualTo(Answer.Kind.DENIED);
      assertThat(forbidden.line()).contains("let the token set commit statuses of team/lb");
      Files.writeString(dir.resolve("token"), "an old one");
      Answer answer = post(server, Kind.GITEA, CommitState.PENDING);
      assertThat(answer.kind()).isEqualTo(Answer.Kind.DENIED);
      assertThat(answer.line()).contains("401: put a valid token into report.token_file");
      Files.setPosixFilePermissions(
          dir.resolve("token"), PosixFilePermissions.fromString("rw-r--r--"));
      answer = post(server, Kind.GITEA, CommitState.PENDING);
      assertThat(answer.line()).contains("is open to others").doesNotContain("an old one");
      assertThat(server.calls).hasSize(2);
    }
  }

  @Test
  void aListOfCasThatCannotBeUsedIsForSomebodyToMend() throws Exception {
    Path ca = dir.resolve("ca.pem");
    AgentConfig.Https https = new AgentConfig.Https(null, ca, null, null, null);
    CommitStatusApi api =
        api(Kind.GITHUB, URI.create("https://127.0.0.1:1"), Duration.ofSeconds(5), https);
    Answer none = api.post(SHA, CommitState.PENDING, "vipops/lb01", "x");
    assertThat(none.kind()).isEqualTo(Answer.Kind.DENIED);
    assertThat(none.line()).isEqualTo("source.https.ca_file " + ca + " does not exist");
    Files.writeString(ca, "");
    assertThat(api.post(SHA, CommitState.PENDING, "vipops/lb01", "x").line())
        .isEqualTo("source.https.ca_file " + ca + " holds no certificate: put it there as PEM");
    Files.setPosixFilePermissions(ca, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(api.post(SHA, CommitState.PENDING, "vipops/lb01", "x").line())
        .contains("source.https.ca_file " + ca + " can be written by others (rw-rw-rw-)");
  }

  @Test
  void aRedirectGetsNoToken() throws Exception {
    try (StatusServer server = new StatusServer(Kind.GITHUB, 0)) {
      for (int status : new int[] {301, 302, 303, 307, 308}) {
        server.troubles.add(
            new StatusServer.Trouble(
                status, Map.of("Location", "http://127.0.0.1:" + server.port() + "/elsewhere")));
        Answer answer = post(server, Kind.GITHUB, CommitState.PENDING);
        assertThat(answer.kind()).as(answer.line()).isEqualTo(Answer.Kind.DENIED);
        assertThat(answer.line()).contains("set report.url to the server's real address");
      }
      assertThat(server.elsewhere).hasValue(0);
    }
  }

  /** As a server under load: what it says comes later than its status. */
  @ParameterizedTest
  @ValueSource(strings = {"201 Created", "400 Cannot"})
  void aBodyThatComesLateLeavesNoConnectionBehind(String status) throws Exception {
    List<Integer> ended = new CopyOnWriteArrayList<>();
    try (ServerSocket port = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread server = new Thread(() -> answerSlowly(port, status, ended));
      server.setDaemon(true);
      server.start();
      CommitStatusApi api =
          api(
              Kind.GITLAB,
              URI.create("http://127.0.0.1:" + port.getLocalPort()),
              Duration.ofSeconds(10));
      for (int i = 1; i <= 4; i++) {
        int calls = i;
        assertThat(api.post(SHA, CommitState.PENDING, "vipops/lb01", "x")).isEqualTo(taken());
        Await.until("the connection ends", KEPT_BY_JAVA, () -> ended.size() == calls);
      }
      assertThat(ended).as("calls by connection").containsOnly(1);
    }
  }

  private static void answerSlowly(ServerSocket port, String status, List<Integer> ended) {
    while (!port.isClosed()) {
      try (Socket peer = port.accept()) {
        peer.setSoTimeout(10_000);
        int n = 0;
        while (readRequest(peer.getInputStream())) {
          n++;
          String body = "Cannot transition status"; // GitLab's; of no matter to a 201
          String head = "HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
          peer.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
          Thread.sleep(20); // its manner
          peer.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
        }
        ended.add(n);
      } catch (IOException | InterruptedException e) {
        ended.add(0); // the test ends, or misses this one
      }
    }
  }

  /** False: the other side is done. */
  private static boolean readRequest(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!text.toString().endsWith("}")) {
      int next = in.read();
      if (next < 0) {
        return false;
      }
      text.append((char) next);
    }
    return true;
  }

  @Test
  void aServerThatNeverAnswersIsGivenUpAtTheLimit() throws Exception {
    try (java.net.ServerSocket mute =
        new java.net.ServerSocket(0, 5, java.net.InetAddress.getLoopbackAddress())) {
      Thread drip =
          new Thread(
              () -> {
                try (java.net.Socket peer = mute.accept()) {
                  for (byte one : "HTTP/1.1 2".repeat(99).getBytes("US-ASCII")) {
                    peer.getOutputStream().write(one);
                    peer.getOutputStream().flush();
                    Thread.sleep(100); // its manner: a byte now and then
                  }
                } catch (Exception e) {
                  return; // given up
                }
              });
      drip.start();
      long beganNs = System.nanoTime();
      Answer answer =
          api(
                  Kind.GITHUB,
                  URI.create("http://127.0.0.1:" + mute.getLocalPort()),
                  Duration.ofSeconds(2))
              .post(SHA, CommitState.PENDING, "vipops/lb01", "x");
      assertThat(answer.kind()).isEqualTo(Answer.Kind.LATER);
      assertThat(answer.line()).contains("no whole answer in 2 s");
      assertThat(System.nanoTime() - beganNs).isLessThan(8_000_000_000L);
      drip.join(20_000);
      assertThat(drip.isAlive()).as("the connection is closed").isFalse();
    }
  }
}
