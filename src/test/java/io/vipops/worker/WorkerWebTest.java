package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.Main;
import io.vipops.channel.Channel;
import io.vipops.lab.Await;
import io.vipops.lab.Command;
import io.vipops.spec.AgentConfig;
import io.vipops.web.StatusServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker as a process whose poll is an hour: webhooks by curl, a Git server that is told. */
@Tag("root")
class WorkerWebTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final String SECRET = "correct horse battery staple";

  @TempDir private Path dir;
  private NodeUnderTest node;
  private StatusServer server;
  private Process process;
  private Channel channel;
  private int http;
  private int hook;
  private final List<Channel.Call> calls = new CopyOnWriteArrayList<>();

  @BeforeEach
  void prepare() throws Exception {
    node = new NodeUnderTest(dir);
    node.mirror.close();
    server = new StatusServer(AgentConfig.Report.Kind.GITEA, 0);
    http = freePort();
    hook = freePort();
    secret("webhook", SECRET);
    secret("token", StatusServer.TOKEN);
    configure();
    node.push(node.spec(node.port, "10.0.0.1:80"));
    start();
    Await.until("first applied", LIMIT, () -> states(node.origin.head()).contains("success"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void secret(String name, String text) throws IOException {
    Files.writeString(dir.resolve(name), text);
    Files.setPosixFilePermissions(dir.resolve(name), PosixFilePermissions.fromString("rw-------"));
  }

  private void configure() throws IOException {
    Files.writeString(
        dir.resolve("agent.yaml"),
        """
        version: 1
        node: lb01
        source: {url: "%s", poll: 1h}
        state_dir: %s
        run_dir: %s
        nginx: {config: %s, pid: %s, service: "", endpoint: "127.0.0.1:%d"}
        http: {listen: "127.0.0.1:%d"}
        webhook: {secret_file: %s, listen: "127.0.0.1:%d"}
        report: {kind: gitea, url: "%s", repository: team/lb, token_file: %s}
        """
            .formatted(
                node.origin.url(),
                node.config.stateDir(),
                node.config.runDir(),
                node.config.nginx().config(),
                node.config.nginx().pid(),
                node.config.nginx().endpoint().getPort(),
                http,
                dir.resolve("webhook"),
                hook,
                server.url(),
                dir.resolve("token")));
  }

  private void start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "worker",
                "--config",
                dir.resolve("agent.yaml").toString())
            .redirectError(ProcessBuilder.Redirect.appendTo(dir.resolve("worker.log").toFile()))
            .start();
    Channel mine =
        new Channel(process.getInputStream(), process.getOutputStream(), this::onRequest);
    channel = mine;
    Thread reader =
        new Thread(
            () -> {
              try {
                mine.run();
              } catch (IOException e) {
                // The worker was killed: the next one has a channel of its own.
              }
            });
    reader.setDaemon(true);
    reader.start();
  }

  private void onRequest(Channel.Call call) {
    calls.add(call);
    call.reply(call.type.equals("status") ? Map.of("health", "healthy", "node", "lb01") : Map.of());
  }

  @AfterEach
  void end() throws Exception {
    process.destroyForcibly().waitFor();
    server.close();
    node.close();
  }

  private Map<String, @Nullable Object> ask(String request) throws Exception {
    return channel.request(request, Map.of()).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private String log() throws IOException {
    return Files.readString(dir.resolve("worker.log"));
  }

  private List<String> states(String sha) {
    return server.taken.stream()
        .filter(one -> one.sha().equals(sha))
        .map(StatusServer.Status::state)
        .toList();
  }

  private long looks() {
    return calls.stream()
        .filter(call -> call.type.equals("step") && "fetch".equals(call.body.get("name")))
        .count();
  }

  private static String signature(String body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
  }

  /** Calls the webhook as Gitea would; returns the status. */
  private String curl(String body) throws Exception {
    return Command.run(
        "curl",
        "-s",
        "-o",
        dir.resolve("answer").toString(),
        "-w",
        "%{http_code}",
        "-H",
        "X-Gitea-Event: push",
        "-H",
        "X-Gitea-Signature: " + signature(body),
        "--data-binary",
        body,
        "http://127.0.0.1:" + hook + "/");
  }

  private static String push(String sha) {
    return "{\"ref\":\"refs/heads/main\",\"after\":\"" + sha + "\"}";
  }

  @Test
  void aWebhookTakesAPushIntoForceAlthoughThePollIsAnHour() throws Exception {
    String commit = node.push(node.spec(node.port, "10.0.0.2:80"));
    long pushedNs = System.nanoTime();
    assertThat(curl(push(commit))).isEqualTo("202");
    Await.until("applied", LIMIT, () -> states(commit).contains("success"));
    System.out.printf(
        "push, webhook, applied and reported after %d ms (settle 200 ms)%n",
        (System.nanoTime() - pushedNs) / 1_000_000);
    assertThat(states(commit)).endsWith("success").doesNotContain("failure", "error");
    assertThat(server.taken.get(server.taken.size() - 1).description())
        .startsWith("applied " + node.answeredId());
    String metrics = Command.run("curl", "-s", "http://127.0.0.1:" + http + "/metrics");
    assertThat(metrics)
        .contains("vipops_passes_total{outcome=\"applied\"} 2.0")
        .contains("vipops_webhook_requests_total{result=\"accepted\"} 1.0");
    assertThat(log()).doesNotContain(SECRET, StatusServer.TOKEN);
  }

  @Test
  void aRefusedCommitFailsWithItsFirstErrorLine() throws Exception {
    String commit = node.push("no: spec");
    curl(push(commit));
    Await.until("refused", LIMIT, () -> states(commit).contains("failure"));
    assertThat(server.taken.get(server.taken.size() - 1).description())
        .contains("cluster.yaml:1:")
        .contains("error [");
    assertThat(states(commit)).doesNotContain("success");
  }

  @Test
  void aFloodOfAThousandLooksOnceASecond() throws Exception {
    long before = looks();
    long beganNs = System.nanoTime();
    Path config = dir.resolve("flood");
    StringBuilder flood = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      String body = "{\"ref\":\"refs/heads/main\",\"n\":" + i + "}";
      flood
          .append(i == 0 ? "" : "next\n")
          .append("url = \"http://127.0.0.1:" + hook + "/\"\n")
          .append("header = \"X-Gitea-Signature: " + signature(body) + "\"\n")
          .append("data-binary = \"" + body.replace("\"", "\\\"") + "\"\n")
          .append("silent\noutput = /dev/null\nwrite-out = \"%{http_code}\\n\"\n");
    }
    Files.writeString(config, flood);
    List<String> answers = Command.run("curl", "-K", config.toString()).lines().toList();
    String last = node.push(node.spec(node.port, "10.0.0.3:80"));
    curl(push(last));
    Await.until("the last push counts", LIMIT, () -> states(last).contains("success"));
    long seconds = (System.nanoTime() - beganNs) / 1_000_000_000;
    System.out.printf(
        "1001 webhooks in %d s: %d looks, %d answered 429%n",
        seconds, looks() - before, answers.stream().filter("429"::equals).count());
    assertThat(answers).hasSize(1000).containsOnly("202", "429");
    assertThat(answers.stream().filter("429"::equals).count()).isGreaterThan(900);
    // One a second, two steps named fetch for the one that found a commit, one look that polls.
    assertThat(looks() - before).isLessThanOrEqualTo(seconds + 4);
  }

  @Test
  void aPausedNodeAnswersAndDoesNothing() throws Exception {
    assertThat(ask("pause")).containsEntry("ok", true);
    long before = looks();
    String commit = node.push(node.spec(node.port, "10.0.0.4:80"));
    assertThat(curl(push(commit))).isEqualTo("202");
    ask("pause"); // the worker has seen the hint before it answers this
    assertThat(looks()).isEqualTo(before);
    assertThat(states(commit)).isEmpty();
    assertThat(ask("resume")).containsEntry("ok", true);
    Await.until("applied", LIMIT, () -> states(commit).contains("success"));
  }

  @Test
  void whatWasNotReportedIsReportedByTheWorkerAfterAKill() throws Exception {
    int port = server.port();
    server.close();
    String commit = node.push(node.spec(node.port, "10.0.0.5:80"));
    assertThat(ask("sync")).containsEntry("outcome", "applied");
    process.destroyForcibly().waitFor();
    server = new StatusServer(AgentConfig.Report.Kind.GITEA, port);
    start();
    Await.until("reported", LIMIT, () -> states(commit).contains("success"));
    assertThat(states(commit)).containsOnlyOnce("success");
  }

  @Test
  void aServerThatDripsHoldsNoPassUp() throws Exception {
    server.drips = true;
    List<Long> tookMs = new ArrayList<>();
    for (int n = 6; n < 9; n++) {
      String commit = node.push(node.spec(node.port, "10.0.0." + n + ":80"));
      long beganNs = System.nanoTime();
      assertThat(ask("sync")).as(log()).containsEntry("outcome", "applied");
      tookMs.add((System.nanoTime() - beganNs) / 1_000_000);
      assertThat(states(commit)).isEmpty();
    }
    System.out.println("applied beside a server that drips, ms: " + tookMs);
    assertThat(server.calls).isNotEmpty();
    assertThat(tookMs).allMatch(ms -> ms < 10_000);
  }

  @Test
  void aTakenPortEndsNothingAndIsSaidOnce() throws Exception {
    process.destroyForcibly().waitFor();
    try (ServerSocket other = new ServerSocket(http, 1, InetAddress.getLoopbackAddress())) {
      start();
      assertThat(ask("sync")).as(log()).containsEntry("ok", true);
      Await.until(
          "said",
          LIMIT,
          () -> log().contains("http: closed: cannot listen on 127.0.0.1:" + other.getLocalPort()));
      assertThat(ask("sync")).containsEntry("ok", true);
    }
    String health = "http://127.0.0.1:" + http + "/healthz";
    Await.until(
        "open",
        LIMIT,
        () -> Command.run("sh", "-c", "curl -s " + health + " || true").equals("healthy\n"));
    assertThat(log().split("cannot listen on", -1)).hasSize(2);
  }
}
