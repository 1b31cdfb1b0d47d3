package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to an https server, and what may be in them. */
class HttpsAccessTest {
  private static final String TOKEN = "s3cret-t0ken";

  @TempDir private Path dir;
  private Origin origin;
  private GitHttpsServer server;

  @BeforeEach
  void startServer() throws Exception {
    origin = Origin.create(dir);
    server = GitHttpsServer.start(dir, TOKEN);
    Files.writeString(dir.resolve("token"), TOKEN + "\n");
    Files.setPosixFilePermissions(
        dir.resolve("token"), PosixFilePermissions.fromString("rw-------"));
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Mirror mirror(GitHttpsServer at, String path, AgentConfig.Https https) throws GitFailure {
    return Mirror.open(
        dir.resolve("repo"),
        new AgentConfig.Source(
            at.url() + path,
            "main",
            "cluster.yaml",
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            null,
            https,
            null));
  }

  private AgentConfig.Https https(@Nullable URI proxy) {
    return new AgentConfig.Https(dir.resolve("token"), server.caFile(), proxy, null, null);
  }

  private Mirror mirror(String path) throws GitFailure {
    return mirror(server, path, https(null));
  }

  private Mirror through(int proxyPort) throws GitFailure {
    return mirror(server, "/origin.git", https(URI.create("http://127.0.0.1:" + proxyPort)));
  }

  @Test
  void goesThroughTheProxyAndTellsItNothing() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    try (ConnectProxy proxy = new ConnectProxy();
        Mirror mirror = through(proxy.port())) {
      assertThat(mirror.fetch(mirror.head()).sha()).isEqualTo(sha);
      assertThat(proxy.asked()).isNotEmpty();
      assertThat(proxy.asked())
          .allSatisfy(
              head ->
                  assertThat(head)
                      .startsWith("CONNECT " + server.url().substring("https://".length()) + " ")
                      .doesNotContain("Authorization"));
    }
  }

  @Test
  void manyPollsAreOneConnectionAndOneRequestEach() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    try (ConnectProxy proxy = new ConnectProxy();
        Mirror mirror = through(proxy.port())) {
      for (int n = 0; n < 5; n++) {
        assertThat(mirror.head()).isEqualTo(sha);
      }
      assertThat(server.requests()).isEqualTo(5);
      assertThat(proxy.asked()).hasSize(1);
    }
  }

  @Test
  void saysWhatIsWrongWithTheProxy() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    try (Mirror mirror = through(closed)) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining(
              "cannot connect to the proxy http://127.0.0.1:" + closed + " (Connection refused)")
          .hasMessageContaining("check source.https.proxy");
    }
    try (ConnectProxy proxy = new ConnectProxy();
        Mirror mirror = through(proxy.port())) {
      String shown = "the proxy http://127.0.0.1:" + proxy.port();
      proxy.answer("407 Proxy Authentication Required");
      assertThatThrownBy(mirror::head)
          .hasMessageEndingWith(
              shown + " asks for credentials, which are not supported: let this host in");
      proxy.answer("403 Forbidden");
      assertThatThrownBy(mirror::head)
          .hasMessageEndingWith(
              shown + " does not let us through to 127.0.0.1 (HTTP/1.1 403 Forbidden)");
    }
    assertThat(server.requests()).isZero();
  }

  @Test
  void saysThatTheProxysHostIsUnknown() throws Exception {
    try (Mirror mirror =
        mirror(server, "/origin.git", https(URI.create("http://nowhere.invalid:3128")))) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining("the proxy's host nowhere.invalid is unknown");
    }
  }

  @Test
  void takesNoCredentialsToAnotherSchemePortOrHost() throws Exception {
    origin.push("cluster.yaml", "1");
    int port = URI.create(server.url()).getPort();
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (String target :
          List.of(
              "http://127.0.0.1:" + port,
              "https://127.0.0.1:" + other.getLocalPort(),
              "https://127.0.0.1:" + port + "@127.0.0.2:" + other.getLocalPort(),
              "https://127.0.0.2:" + port,
              "https://localhost:" + port)) {
        server.redirect("/old.git", target + "/origin.git");
        try (Mirror mirror = mirror("/old.git")) {
          assertThatThrownBy(mirror::head)
              .as(target)
              .hasMessageContaining("redirected ")
              .hasMessageContaining("set source.url to the server's real address");
        }
      }
      other.setSoTimeout(1);
      assertThatThrownBy(other::accept).isInstanceOf(java.net.SocketTimeoutException.class);
    }
  }

  @Test
  void aRedirectThatNeverEndsIsLeft() throws Exception {
    server.redirect("/loop.git", server.url() + "/loop.git");
    try (Mirror mirror = mirror("/loop.git")) {
      assertThatThrownBy(mirror::head).hasMessageMatching("(?i).*redirect.*");
    }
    assertThat(server.requests()).isLessThan(20);
  }

  @Test
  void aTokenThatTheServerGivesBackIsNotShown() throws Exception {
    String sent =
        Base64.getEncoder().encodeToString(("vipops:" + TOKEN).getBytes(StandardCharsets.UTF_8));
    server.instead(
        "/origin.git",
        exchange -> {
          String header = exchange.getRequestHeaders().getFirst("Authorization");
          byte[] bytes =
              ("ERR " + header + " " + TOKEN + " \u001b[2J\n").getBytes(StandardCharsets.UTF_8);
          byte[] line = "%04x".formatted(bytes.length + 4).getBytes(StandardCharsets.US_ASCII);
          boolean advertisement = exchange.getRequestMethod().equals("GET");
          exchange
              .getResponseHeaders()
              .add(
                  "Content-Type",
                  "application/x-git-upload-pack-" + (advertisement ? "advertisement" : "result"));
          exchange.sendResponseHeaders(200, 0);
          if (advertisement) {
            exchange
                .getResponseBody()
                .write("001e# service=git-upload-pack\n0000".getBytes(StandardCharsets.US_ASCII));
          }
          exchange.getResponseBody().write(line);
          exchange.getResponseBody().write(bytes);
        });
    try (Mirror mirror = mirror("/origin.git")) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining("***")
          .hasMessageNotContaining(TOKEN)
          .hasMessageNotContaining(sent)
          .hasMessageNotContaining("\u001b");
    }
  }

  @Test
  void aBusyServerSaysForHowLong() throws Exception {
    for (int code : List.of(429, 503)) {
      server.instead(
          "/origin.git",
          exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "120");
            exchange.sendResponseHeaders(code, -1);
          });
      long before = server.requests();
      try (Mirror mirror = mirror("/origin.git")) {
        GitFailure failure = catchThrowableOfType(GitFailure.class, mirror::head);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(120));
        assertThat(failure)
            .hasMessageContaining("the server is busy (" + code)
            .hasMessageContaining("it asks to wait 120 s");
      }
      assertThat(server.requests()).as("not asked twice").isEqualTo(before + 1);
    }
  }

  @Test
  void aServerThatDoesNotKnowTheShortWayIsAskedTheOrdinaryOne() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    server.instead(
        "/origin.git",
        exchange -> {
          if (exchange.getRequestMethod().equals("POST")) {
            exchange.sendResponseHeaders(400, -1);
          } else {
            server.backend(exchange, exchange.getRequestURI().getPath(), false);
          }
        });
    try (Mirror mirror = mirror("/origin.git")) {
      assertThat(mirror.head()).isEqualTo(sha);
      assertThat(mirror.head()).isEqualTo(sha);
    }
    assertThat(server.requests()).as("the short way is tried once").isEqualTo(3);
  }

  @Test
  void aNewCaFileIsTakenWithoutARestart() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    Path ca = dir.resolve("own-ca.pem");
    Files.write(ca, Certificates.pem(Certificates.selfSigned("other")));
    AgentConfig.Https https = new AgentConfig.Https(dir.resolve("token"), ca, null, null, null);
    try (Mirror mirror = mirror(server, "/origin.git", https)) {
      assertThatThrownBy(mirror::head).hasMessageContaining("check source.https.ca_file");
      Files.copy(server.caFile(), ca, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertThat(mirror.head()).isEqualTo(sha);
      Files.writeString(ca, "nothing");
      assertThatThrownBy(mirror::head)
          .hasMessageEndingWith("ca_file " + ca + " holds no certificate: put it there as PEM");
      Files.copy(server.caFile(), ca, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(ca, PosixFilePermissions.fromString("rw-rw-rw-"));
      assertThatThrownBy(mirror::head)
          .hasMessageEndingWith(
              "source.https.ca_file "
                  + ca
                  + " can be written by others (rw-rw-rw-): chmod o-w "
                  + ca);
    }
  }

  @Test
  void showsItsCertificateAndTakesANewOneWithoutARestart() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    KeyStore known = Certificates.selfSigned("lb01");
    KeyStore unknown = Certificates.selfSigned("lb02");
    Path cert = dir.resolve("client.pem");
    Path key = dir.resolve("client.key");
    try (GitHttpsServer strict = GitHttpsServer.startForClients(dir, TOKEN, known)) {
      try (Mirror mirror = mirror(strict, "/origin.git", https(null))) {
        assertThatThrownBy(mirror::head)
            .hasMessageContaining("the server asks for a client certificate")
            .hasMessageContaining("set source.https.cert_file and key_file");
      }
      AgentConfig.Https https =
          new AgentConfig.Https(dir.resolve("token"), server.caFile(), null, cert, key);
      try (Mirror mirror = mirror(strict, "/origin.git", https)) {
        assertThatThrownBy(mirror::head)
            .hasMessageEndingWith("cert_file " + cert + " does not exist");
        Certificates.write(unknown, cert, key);
        assertThatThrownBy(mirror::head)
            .hasMessageContaining("the server refuses the certificate in " + cert);
        Certificates.write(known, cert, key);
        assertThat(mirror.fetch(mirror.head()).sha()).isEqualTo(sha);
        Certificates.write(unknown, cert, dir.resolve("unused"));
        assertThatThrownBy(mirror::head)
            .hasMessageEndingWith(
                "key_file " + key + " is not the key of the certificate in " + cert);
      }
    }
  }

  @Test
  void saysWhatIsWrongWithAKeyFile() throws Exception {
    Path cert = dir.resolve("client.pem");
    Path key = dir.resolve("client.key");
    Certificates.write(Certificates.selfSigned("lb01"), cert, key);
    AgentConfig.Https https =
        new AgentConfig.Https(dir.resolve("token"), server.caFile(), null, cert, key);
    try (Mirror mirror = mirror(server, "/origin.git", https)) {
      rewrite(key, Certificates.block("ENCRYPTED PRIVATE KEY", new byte[] {1}));
      assertThatThrownBy(mirror::head).hasMessageContaining(key + " is encrypted");
      rewrite(key, Certificates.block("EC PRIVATE KEY", new byte[] {1}));
      assertThatThrownBy(mirror::head)
          .hasMessageContaining(key + " is not PKCS#8: openssl pkcs8 -topk8 -nocrypt");
      rewrite(key, "");
      assertThatThrownBy(mirror::head).hasMessageContaining(key + " holds no private key");
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
      assertThatThrownBy(mirror::head).hasMessageEndingWith("chmod 600 " + key);
      Files.delete(key);
      assertThatThrownBy(mirror::head).hasMessageContaining(key + " does not exist");
    }
    assertThat(server.requests()).isZero();
  }

  private static void rewrite(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }
}
