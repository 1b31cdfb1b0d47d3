package io.vipops.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.trust.SecretFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The webhook as Git servers call it, over TCP. */
class WebhookTest {
  private static final String SECRET = "correct horse battery staple";
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** As GitHub sends a push, cut down to what tells. */
  private static final String GITHUB =
      """
      {"ref":"refs/heads/main","before":"6113728f27ae82c7b1a177c8d03f9e96e0adf246",
       "after":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","created":false,"deleted":false,"forced":false,
       "repository":{"id":17,"full_name":"team/lb","private":true,"default_branch":"main"},
       "pusher":{"name":"ada","email":"ada@example.com"},
       "commits":[{"id":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","message":"add b104","modified":["cluster.yaml"]}]}
      """;

  private static final String GITLAB =
      """
      {"object_kind":"push","event_name":"push","before":"95790bf891e76fee5e1747ab589903a6a1f80f22",
       "after":"da1560886d4f094c3e6c9ef40349f7d38b5d27d7","ref":"refs/heads/main","ref_protected":true,
       "user_id":4,"user_username":"ada","project_id":15,
       "project":{"id":15,"path_with_namespace":"team/lb","default_branch":"main"},"total_commits_count":1}
      """;

  private static final String GITEA =
      """
      {"ref":"refs/heads/main","before":"28e1879d029cb852e4844d9c718537df08844e03",
       "after":"bffeb74224043ba2feb48d137756c8a9331c449a","compare_url":"","total_commits":1,
       "repository":{"id":140,"full_name":"team/lb","default_branch":"main"},"pusher":{"login":"ada"}}
      """;

  @TempDir private Path dir;
  private final AtomicInteger hints = new AtomicInteger();
  private final AtomicLong nowNs = new AtomicLong();
  private Path secret;
  private Webhook webhook;
  private HttpServer server;
  private int port;

  @BeforeEach
  void start() throws Exception {
    secret = dir.resolve("webhook");
    write(SECRET + "\n", "rw-------");
    webhook =
        new Webhook(
            new SecretFile("webhook.secret_file", secret),
            "main",
            hints::incrementAndGet,
            Clock.systemUTC(),
            nowNs::get);
    port = RawHttp.freePort();
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    server =
        HttpServer.start(
            List.of(
                new Listener(
                    "webhook", address, Webhook.MOST_BODY, webhook, webhook::closedBecause)));
    Await.until("open", LIMIT, () -> server.error(0) == null);
  }

  private void write(String text, String mode) throws IOException {
    Files.writeString(secret, text);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private static String hex(String body) {
    return HexFormat.of().formatHex(WebhookSignature.hmac(utf8(SECRET), utf8(body)));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private RawHttp.Answer post(String body, String... headers) throws IOException {
    return RawHttp.ask(port, request(body, headers));
  }

  private static String request(String body, String... headers) {
    StringBuilder request = new StringBuilder("POST /hooks/vipops HTTP/1.1\r\nHost: lb01:9181\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return request
        .append("Content-Length: ")
        .append(utf8(body).length)
        .append("\r\n\r\n")
        .append(body)
        .toString();
  }

  private RawHttp.Answer github(String body) throws IOException {
    return post(body, "X-GitHub-Event: push", "X-Hub-Signature-256: sha256=" + hex(body));
  }

  @Test
  void everyKindOfServerIsHeard() throws Exception {
    assertThat(
            post(
                    GITHUB,
                    "User-Agent: GitHub-Hookshot/044aadd",
                    "Content-Type: application/json",
                    "X-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958",
                    "X-GitHub-Event: push",
                    "X-Hub-Signature: sha1=00",
                    "X-Hub-Signature-256: sha256=" + hex(GITHUB))
                .status())
        .isEqualTo(202);
    assertThat(
            post(
                    GITLAB,
                    "User-Agent: GitLab/17.4.0",
                    "X-Gitlab-Event: Push Hook",
                    "X-Gitlab-Event-UUID: 13792a34-cac6-4fda-95a8-c58e00a3954e",
                    "X-Gitlab-Token: " + SECRET)
                .status())
        .isEqualTo(202);
    assertThat(
            post(
                    GITEA,
                    "X-GitHub-Event: push",
                    "X-Gitea-Event: push",
                    "X-Gitea-Delivery: f6266f16-1bf3-46a5-9ea4-602e06ead473",
                    "X-Gitea-Signature: " + hex(GITEA))
                .status())
        .isEqualTo(202);
    assertThat(post("built 17", "X-Signature: sha256=" + hex("built 17")).status()).isEqualTo(202);
    assertThat(hints).hasValue(4);
    assertThat(webhook.answers()).isEqualTo(Map.of("accepted", 4L));
  }

  @Test
  void gitlabsSigningTokenIsUnderstoodWithItsTime() throws Exception {
    byte[] key = utf8("0123456789abcdef0123456789abcdef");
    write("whsec_" + Base64.getEncoder().encodeToString(key), "rw-r-----");
    long now = Instant.now().getEpochSecond();
    assertThat(post(GITLAB, standard(key, "a1", now)).status()).isEqualTo(202);
    assertThat(post(GITLAB, standard(key, "a2", now - 3600)).status()).isEqualTo(401);
    assertThat(post(GITLAB, standard(utf8("other"), "a3", now)).status()).isEqualTo(401);
    String[] otherId = standard(key, "a4", now);
    otherId[0] = "webhook-id: a5";
    assertThat(post(GITLAB, otherId).status()).isEqualTo(401);
  }

  private static String[] standard(byte[] key, String id, long at) {
    byte[] mac = WebhookSignature.hmac(key, utf8(id + "." + at + "."), utf8(GITLAB));
    return new String[] {
      "webhook-id: " + id,
      "webhook-timestamp: " + at,
      "webhook-signature: v1,AAAA v1," + Base64.getEncoder().encodeToString(mac),
      "X-Gitlab-Event: Push Hook"
    };
  }

  @Test
  void whoDoesNotKnowTheSecretLearnsNothing() throws Exception {
    String good = hex(GITHUB);
    List<String> headers =
        List.of(
            "X-Nothing: here",
            "X-Hub-Signature-256: sha256=" + hex(GITHUB + " "),
            "X-Hub-Signature-256: sha256=" + good.substring(0, 62),
            "X-Hub-Signature-256: sha256=" + good + "00",
            "X-Hub-Signature-256: sha256=",
            "X-Hub-Signature-256: " + good,
            "X-Hub-Signature-256: sha256=nothex",
            "X-Hub-Signature: sha1=" + good,
            "X-Gitea-Signature: ",
            "X-Gitea-Signature: sha256=" + good,
            "X-Signature: " + good,
            "X-Gitlab-Token: ",
            "X-Gitlab-Token: " + SECRET + "x",
            "X-Gitlab-Token: " + SECRET.substring(1),
            "webhook-signature: v1," + good,
            // the first that counts decides: a good one of another kind saves nothing
            "X-Hub-Signature-256: sha256=00\r\nX-Gitlab-Token: " + SECRET);
    for (String header : headers) {
      RawHttp.Answer answer = post(GITHUB, "X-GitHub-Event: push", header);
      assertThat(answer.status()).as(header).isEqualTo(401);
      assertThat(answer.body()).isEqualTo("unauthorized\n");
    }
    assertThat(hints).hasValue(0);
    assertThat(webhook.answers()).isEqualTo(Map.of("unauthorized", (long) headers.size()));
  }

  @Test
  void whatIsNoPushToOurBranchIsIgnored() throws Exception {
    String other = GITHUB.replace("refs/heads/main", "refs/heads/mainline");
    assertThat(github(other).body()).isEqualTo("another branch\n");
    String tag = GITHUB.replace("refs/heads/main", "refs/tags/main");
    assertThat(github(tag).body()).isEqualTo("another branch\n");
    String ping = "{\"zen\":\"Keep it logically awesome.\",\"hook_id\":1}";
    String signed = "X-Hub-Signature-256: sha256=" + hex(ping);
    assertThat(post(ping, "X-GitHub-Event: ping", signed).body()).isEqualTo("not a push\n");
    assertThat(post(GITLAB, "X-Gitlab-Event: Tag Push Hook", "X-Gitlab-Token: " + SECRET).body())
        .isEqualTo("not a push\n");
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(405);
    assertThat(hints).hasValue(0);
  }

  @Test
  void aFormOfGithubsIsReadToo() throws Exception {
    String form = "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D";
    String other = "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fdev%22%7D";
    for (String body : List.of(form, other)) {
      post(
          body,
          "Content-Type: application/x-www-form-urlencoded",
          "X-GitHub-Event: push",
          "X-Hub-Signature-256: sha256=" + hex(body));
    }
    assertThat(webhook.answers()).isEqualTo(Map.of("accepted", 1L, "ignored", 1L));
  }

  @Test
  void whatIsSentAgainDoesNothingWhateverIdItHas() throws Exception {
    assertThat(github(GITHUB).status()).isEqualTo(202);
    for (int i = 0; i < 20; i++) {
      RawHttp.Answer again =
          post(
              GITHUB,
              "X-GitHub-Delivery: " + i,
              "X-GitHub-Event: push",
              "X-Hub-Signature-256: sha256=" + hex(GITHUB));
      assertThat(again.status()).isEqualTo(200);
      assertThat(again.body()).isEqualTo("seen before\n");
    }
    assertThat(hints).hasValue(1);
    nowNs.addAndGet(SeenBefore.KEPT_NS + 1);
    assertThat(github(GITHUB).status()).isEqualTo(202);
  }

  @Test
  void aBodyThatIsTheSameEachTimeIsHeardEachTimeWithinTheRate() throws Exception {
    for (String body : List.of("built", "{}", "{\"ref\":\"refs/heads/main\"}")) {
      int before = hints.get();
      for (int i = 0; i < 3; i++) {
        nowNs.addAndGet(1_000_000_000);
        assertThat(post(body, "X-Signature: sha256=" + hex(body)).status()).as(body).isEqualTo(202);
      }
      assertThat(hints).hasValue(before + 3);
    }
    assertThat(webhook.answers()).isEqualTo(Map.of("accepted", 9L));
  }

  @Test
  void anIdThatIsSignedIsHeardOnceAndABodyUnderAnotherIdAgain() throws Exception {
    byte[] key = utf8("0123456789abcdef0123456789abcdef");
    write("whsec_" + Base64.getEncoder().encodeToString(key), "rw-r-----");
    long now = Instant.now().getEpochSecond();
    assertThat(post(GITLAB, standard(key, "a1", now)).status()).isEqualTo(202);
    assertThat(post(GITLAB, standard(key, "a1", now)).body()).isEqualTo("seen before\n");
    assertThat(post(GITLAB, standard(key, "a1", now + 1)).body()).isEqualTo("seen before\n");
    assertThat(post(GITLAB, standard(key, "a2", now)).status()).isEqualTo(202);
    assertThat(hints).hasValue(2);
  }

  @Test
  void aFloodIsToldToComeLater() throws Exception {
    int accepted = 0;
    int limited = 0;
    for (int i = 0; i < 1000; i++) {
      RawHttp.Answer answer = github(GITHUB.replace("add b104", "push " + i));
      if (answer.status() == 202) {
        accepted++;
      } else {
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.head()).contains("Retry-After: 1");
        limited++;
      }
    }
    System.out.printf(
        "1000 signed webhooks at once: %d taken, %d told to wait%n", accepted, limited);
    assertThat(accepted).isEqualTo(Webhook.BURST);
    nowNs.addAndGet(1_000_000_000);
    assertThat(github(GITHUB.replace("add b104", "later")).status()).isEqualTo(202);
    assertThat(github(GITHUB.replace("add b104", "at once")).status()).isEqualTo(429);
  }

  @Test
  void aBodyOverAMebibyteIsRefused() throws Exception {
    String body = "x".repeat(1 << 20);
    assertThat(post(body, "X-Signature: sha256=" + hex(body)).status()).isEqualTo(202);
    assertThat(post(body + "x", "X-Signature: sha256=00").status()).isEqualTo(413);
  }

  @Test
  void largeBodiesThatNeverEndAreGivenUpForThoseThatDo() throws Exception {
    List<Socket> slow = new java.util.ArrayList<>();
    try {
      byte[] part = utf8(request("x".repeat(1 << 20), "X-Signature: sha256=00"));
      for (int i = 0; i < 12; i++) {
        Socket socket = RawHttp.connect(port);
        slow.add(socket);
        socket.getOutputStream().write(part, 0, part.length - 1);
      }
      assertThat(github(GITHUB).status()).isEqualTo(202);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void anotherSecretCountsAtOnceAndABadOneCloses() throws Exception {
    write("another\n", "rw-------");
    assertThat(github(GITHUB).status()).isEqualTo(401);
    write(SECRET, "rw-r--r--");
    Await.until("closed", LIMIT, () -> server.error(0) != null);
    assertThat(server.error(0)).contains("is open to others (rw-r--r--): chmod 600 " + secret);
    write("\n", "rw-------");
    Await.until("empty", LIMIT, () -> String.valueOf(server.error(0)).contains("is empty"));
    Files.delete(secret);
    Await.until("gone", LIMIT, () -> String.valueOf(server.error(0)).contains("does not exist"));
    write(SECRET, "rw-r-----");
    Await.until("open", LIMIT, () -> server.error(0) == null);
    assertThat(github(GITHUB).status()).isEqualTo(202);
  }
}
