package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.spec.AgentConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpsMirrorTest {
  @TempDir private Path dir;
  private Origin origin;
  private GitHttpsServer server;

  @BeforeEach
  void startServer() throws Exception {
    origin = Origin.create(dir);
    server = GitHttpsServer.start(dir, "s3cret");
    Files.writeString(dir.resolve("token"), "s3cret\n");
    Files.setPosixFilePermissions(
        dir.resolve("token"), PosixFilePermissions.fromString("rw-------"));
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Mirror mirror(String url, @Nullable Path token, @Nullable Path ca) throws GitFailure {
    return mirror(url, token, ca, Duration.ofSeconds(10));
  }

  private Mirror mirror(String url, @Nullable Path token, @Nullable Path ca, Duration timeout)
      throws GitFailure {
    return Mirror.open(
        dir.resolve("repo"),
        new AgentConfig.Source(
            url,
            "main",
            "cluster.yaml",
            Duration.ofSeconds(1),
            timeout,
            null,
            new AgentConfig.Https(token, ca, null, null, null),
            null));
  }

  private Mirror impatient(String url, @Nullable Path token) throws GitFailure {
    return mirror(url, token, server.caFile(), Duration.ofSeconds(1));
  }

  private Mirror mirror() throws GitFailure {
    return mirror(server.url() + "/origin.git", dir.resolve("token"), server.caFile());
  }

  @Test
  void fetchesWithTheToken() throws Exception {
    try (Mirror mirror = mirror()) {
      for (int n = 0; n < 2; n++) {
        String sha = origin.push("cluster.yaml", "n: " + n);
        assertThat(mirror.head()).isEqualTo(sha);
        assertThat(mirror.read(mirror.fetch(sha), "cluster.yaml")).hasSize(1);
      }
    }
  }

  @Test
  void afterAnOddAnswerTheNextLookTakesANewConnection() throws Exception {
    Set<Integer> ports = ConcurrentHashMap.newKeySet();
    byte[] page = "<html>Please log in</html>".getBytes(StandardCharsets.US_ASCII);
    server.instead(
        "/origin.git",
        exchange -> {
          ports.add(exchange.getRemoteAddress().getPort());
          exchange.getResponseHeaders().add("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
        });
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head).hasMessageContaining("does not speak Git's protocol");
      Set<Integer> first = Set.copyOf(ports);
      ports.clear();
      assertThatThrownBy(mirror::head).hasMessageContaining("does not speak Git's protocol");
      assertThat(ports).isNotEmpty().doesNotContainAnyElementsOf(first);
    }
  }

  @Test
  void closesAConnectionWhoseServerSaysNothing() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Mirror mirror =
            impatient("https://127.0.0.1:" + silent.getLocalPort() + "/origin.git", null)) {
      assertThatThrownBy(mirror::head).hasMessageContaining("does not answer");
      try (Socket accepted = silent.accept()) {
        accepted.setSoTimeout(5_000);
        assertThat(accepted.getInputStream().readAllBytes()).as("until closed").isNotEmpty();
      }
    }
  }

  @Test
  void closesAConnectionThatWasToReplaceAKeptOneWhenItsServerSaysNothing() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    int port = URI.create(server.url()).getPort();
    try (TurningServer front = new TurningServer(port);
        Mirror mirror =
            impatient("https://127.0.0.1:" + front.port() + "/origin.git", dir.resolve("token"))) {
      assertThat(mirror.head()).isEqualTo(sha);
      front.turnSilent();
      assertThatThrownBy(mirror::head).hasMessageContaining("does not answer");
      assertThat(front.silentOnes()).isNotEmpty();
      for (Socket accepted : front.silentOnes()) {
        accepted.setSoTimeout(5_000);
        assertThat(accepted.getInputStream().readAllBytes()).as("until closed").isNotEmpty();
      }
    }
  }

  @Test
  void takesANewTokenWithoutARestart() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    Files.writeString(dir.resolve("token"), "wrong");
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining(
              "the server refuses the token in " + dir.resolve("token") + ": put a valid one there")
          .hasMessageNotContaining("wrong");
      Files.writeString(dir.resolve("token"), "s3cret");
      assertThat(mirror.head()).isEqualTo(sha);
    }
  }

  @Test
  void aTokenThatOthersMayReadIsNotSent() throws Exception {
    origin.push("cluster.yaml", "1");
    Path token = dir.resolve("token");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head)
          .hasMessageEndingWith(
              "source.https.token_file "
                  + token
                  + " is open to others (rw-r--r--): chmod 600 "
                  + token);
      Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r-----"));
      assertThat(mirror.head()).hasSize(40);
    }
  }

  @Test
  void saysThatATokenIsNeeded() throws Exception {
    try (Mirror mirror = mirror(server.url() + "/origin.git", null, server.caFile())) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining("the server asks for credentials: set source.https.token_file");
    }
  }

  @Test
  void trustsNoCertificateThatCaFileDoesNotName() throws Exception {
    try (Mirror mirror = mirror(server.url() + "/origin.git", dir.resolve("token"), null)) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining("TLS with 127.0.0.1 failed")
          .hasMessageContaining("check source.https.ca_file");
    }
    assertThat(server.requests()).isZero();
  }

  @Test
  void saysThatTheRepositoryIsMissing() throws Exception {
    try (Mirror mirror =
        mirror(server.url() + "/nowhere.git", dir.resolve("token"), server.caFile())) {
      assertThatThrownBy(mirror::head).hasMessageContaining("no repository there");
    }
  }

  @Test
  void followsARedirectWithinTheServer() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    server.redirect("/old.git", server.url() + "/origin.git");
    try (Mirror mirror = mirror(server.url() + "/old.git", dir.resolve("token"), server.caFile())) {
      assertThat(mirror.fetch(mirror.head()).sha()).isEqualTo(sha);
    }
  }

  @Test
  void takesNoCredentialsToAnotherServer() throws Exception {
    origin.push("cluster.yaml", "1");
    try (GitHttpsServer other =
        GitHttpsServer.start(Files.createDirectory(dir.resolve("o")), "x")) {
      server.redirect("/old.git", other.url() + "/origin.git");
      try (Mirror mirror =
          mirror(server.url() + "/old.git", dir.resolve("token"), server.caFile())) {
        assertThatThrownBy(mirror::head)
            .hasMessageContaining("redirected to " + other.url())
            .hasMessageContaining("set source.url");
      }
      assertThat(other.requests()).isZero();
    }
  }
}
