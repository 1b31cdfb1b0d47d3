package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.Main;
import io.vipops.channel.Channel;
import io.vipops.lab.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker as a process; the test is its agent. */
@Tag("root")
class WorkerTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path dir;
  private NodeUnderTest node;
  private Process process;
  private Channel channel;
  private volatile boolean hostLacksSomething;
  private volatile @Nullable String endsInStep;
  private String heap = "-Xmx64m";
  private final List<Channel.Call> calls = new CopyOnWriteArrayList<>();

  @BeforeEach
  void prepare() throws Exception {
    node = new NodeUnderTest(dir);
    node.mirror.close();
    Files.writeString(
        dir.resolve("agent.yaml"),
        """
        version: 1
        node: lb01
        source: {url: "%s", poll: 10s}
        state_dir: %s
        run_dir: %s
        nginx: {config: %s, pid: %s, service: "", endpoint: "127.0.0.1:%d"}
        """
            .formatted(
                node.origin.url(),
                node.config.stateDir(),
                node.config.runDir(),
                node.config.nginx().config(),
                node.config.nginx().pid(),
                node.config.nginx().endpoint().getPort()));
    start();
  }

  private void start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                heap,
                "-XX:+ExitOnOutOfMemoryError",
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
    if (call.type.equals("step") && call.body.get("name").equals(endsInStep)) {
      process.destroyForcibly();
      return;
    }
    call.reply(
        call.type.equals("vrrp.check") && hostLacksSomething
            ? Map.of("error", "no interface eth7", "fault", "host")
            : Map.of());
  }

  @AfterEach
  void end() throws Exception {
    process.destroyForcibly().waitFor();
    node.close();
  }

  private Map<String, @Nullable Object> ask(String request) throws Exception {
    return channel.request(request, Map.of()).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private List<String> types() {
    return calls.stream().map(call -> call.type).toList();
  }

  private String log() throws IOException {
    return Files.readString(dir.resolve("worker.log"));
  }

  @Test
  void syncAppliesAPushAndTellsHowFarItIs() throws Exception {
    assertThat(ask("sync").get("line").toString()).contains("no branch main");
    node.push(node.spec(node.port, "10.0.0.101:80"));
    List<String> progress = new ArrayList<>();
    Map<String, @Nullable Object> reply =
        channel
            .request("sync", Map.of(), frame -> progress.add(String.valueOf(frame.get("line"))))
            .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(reply).as(log()).containsEntry("ok", true).containsEntry("outcome", "applied");
    assertThat(progress).hasSize(2);
    assertThat(progress.get(0)).startsWith("fetched ");
    assertThat(progress.get(1)).startsWith("proven ");
    assertThat(node.answeredId()).isEqualTo(reply.get("generation"));
    assertThat(types()).containsSubsequence("vrrp.check", "nginx.proven", "vrrp.apply");
    assertThat(log()).contains("applied " + reply.get("generation") + " (commit ");
  }

  @Test
  void everyStepHasADeadlineAndIdleToo() throws Exception {
    node.push(node.spec(node.port, "10.0.0.101:80"));
    ask("sync");
    Await.until("idle", LIMIT, () -> "idle".equals(lastStep().get("name")));
    assertThat(calls.stream().filter(call -> call.type.equals("step")))
        .allSatisfy(
            call -> assertThat((Long) call.body.get("deadline_ms")).isBetween(1L, 300_000L));
    assertThat((Long) lastStep().get("deadline_ms")).isBetween(30_000L, 42_000L);
  }

  private void awaitStep(String name) throws Exception {
    Await.until(
        name,
        LIMIT,
        () ->
            calls.stream()
                .anyMatch(call -> call.type.equals("step") && name.equals(call.body.get("name"))));
  }

  private Map<String, @Nullable Object> lastStep() {
    return calls.stream()
        .filter(call -> call.type.equals("step"))
        .reduce((first, second) -> second)
        .orElseThrow()
        .body;
  }

  @Test
  void pauseLastsOverARestartAndResumeEndsIt() throws Exception {
    assertThat(ask("pause")).containsEntry("ok", true);
    node.push(node.spec(node.port, "10.0.0.101:80"));
    assertThat(ask("sync")).containsEntry("ok", false).containsEntry("outcome", "paused");
    process.destroyForcibly().waitFor();
    start();
    assertThat(ask("sync")).containsEntry("outcome", "paused");
    assertThat(ask("resume")).containsEntry("ok", true);
    // resume looks by itself: the commit may be in force before sync asks for it
    Map<String, @Nullable Object> reply = ask("sync");
    assertThat(reply).as(log()).containsEntry("ok", true);
    assertThat(node.answeredId()).isEqualTo(reply.get("generation"));
    assertThat(log()).containsOnlyOnce("applied " + reply.get("generation"));
  }

  /** Steps that begin while the first backoff, of 1 s, runs out and for 2 s after that. */
  private long stepsPastTheBackoff() throws Exception {
    int before = calls.size();
    Thread.sleep(3000); // counts what happens in a time: there is no condition to wait for
    return calls.subList(before, calls.size()).stream()
        .filter(call -> call.type.equals("step"))
        .count();
  }

  private void failOneCommit() throws Exception {
    hostLacksSomething = true;
    node.push(node.spec(node.port, "10.0.0.101:80"));
    assertThat(ask("sync")).containsEntry("outcome", "failed");
  }

  @Test
  void aFailedCommitKeepsAPausedWorkerNotBusy() throws Exception {
    failOneCommit();
    ask("pause");
    assertThat(stepsPastTheBackoff()).isLessThan(5);
    hostLacksSomething = false;
    ask("resume");
    assertThat(ask("sync")).as(log()).containsEntry("ok", true);
  }

  @Test
  void aFailedCommitIsLookedForLessAndLessOftenWhenGitIsGone() throws Exception {
    failOneCommit();
    Files.move(node.origin.bare(), dir.resolve("away"));
    assertThat(stepsPastTheBackoff()).isLessThan(15);
    Files.move(dir.resolve("away"), node.origin.bare());
    hostLacksSomething = false;
    assertThat(ask("sync")).as(log()).containsEntry("outcome", "applied");
  }

  @Test
  void aGenerationThatATypoOvertookIsStillWatchedToTheEnd() throws Exception {
    node.push(node.spec(node.port, "10.0.0.101:80").replace("settle: 200ms", "settle: 3s"));
    var first = channel.request("sync", Map.of());
    awaitStep("settle");
    node.push("no: spec");
    assertThat(ask("sync")).as(log()).containsEntry("outcome", "refused");
    assertThat(first.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).containsEntry("outcome", "refused");
    Await.until("settled", LIMIT, () -> log().contains(" has settled"));
    assertThat(ask("sync")).containsEntry("outcome", "refused");
  }

  @Test
  void aPauseIsAnsweredWhileAGenerationSettles() throws Exception {
    node.push(node.spec(node.port, "10.0.0.101:80").replace("settle: 200ms", "settle: 10m"));
    var first = channel.request("sync", Map.of());
    awaitStep("settle");
    assertThat((Long) lastStep().get("deadline_ms")).isGreaterThan(600_000L);
    assertThat(ask("pause")).containsEntry("ok", true);
    assertThat(first).isNotDone();
    process.destroyForcibly().waitFor();
    calls.clear();
    start();
    awaitStep("settle");
    assertThat(ask("sync")).containsEntry("outcome", "paused");
  }

  @Test
  void aKillAtAnyMomentEndsInTheLastPush() throws Exception {
    node.push(node.spec(node.port, "10.0.0.1:80"));
    assertThat(ask("sync")).containsEntry("outcome", "applied");
    long master = node.master().pid().getAsLong();
    for (int n = 2; n < 8; n++) {
      node.push(node.spec(node.port, "10.0.0." + n + ":80"));
      var asked = channel.request("sync", Map.of());
      Thread.sleep(n * 35L); // a moment somewhere in the pass: each is as good as another
      process.destroyForcibly().waitFor();
      assertThat(asked).isNotNull();
      start();
    }
    Map<String, @Nullable Object> reply = ask("sync");
    assertThat(reply).as(log()).containsEntry("ok", true);
    assertThat(node.answeredId()).isEqualTo(reply.get("generation"));
    assertThat(node.master().pid()).hasValue(master);
    Channel.Call lastApply =
        calls.stream()
            .filter(call -> call.type.equals("vrrp.apply"))
            .reduce((first, second) -> second)
            .orElseThrow();
    assertThat(lastApply.body.get("file").toString())
        .contains(String.valueOf(reply.get("generation")));
  }

  @Test
  void aRollbackIsHeldOverRestartsUntilResume() throws Exception {
    node.push(node.spec(node.port, "10.0.0.1:80"));
    Object first = ask("sync").get("generation");
    node.push(node.spec(node.port, "10.0.0.2:80"));
    Object second = ask("sync").get("generation");
    assertThat(ask("rollback"))
        .as(log())
        .containsEntry("outcome", "rolled_back")
        .containsEntry("generation", first);
    assertThat(node.answeredId()).isEqualTo(first);
    ask("retry");
    process.destroyForcibly().waitFor();
    start();
    Map<String, @Nullable Object> pinned = ask("sync");
    assertThat(pinned).containsEntry("ok", false).containsEntry("outcome", "pinned");
    assertThat(pinned.get("line").toString())
        .startsWith("pinned to generation " + first)
        .contains(" until ");
    assertThat(node.answeredId()).isEqualTo(first);
    Map<String, @Nullable Object> history = ask("history");
    assertThat(history.get("pinned").toString()).startsWith("pinned to generation " + first);
    assertThat((List<?>) history.get("passes")).hasSize(3);
    ask("resume");
    assertThat(ask("sync")).containsEntry("ok", true).containsEntry("generation", second);
    assertThat(node.answeredId()).isEqualTo(second);
  }

  /** Until this worker is gone, whose end nobody answers for. */
  private void awaitEndAndStart() throws Exception {
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    start();
  }

  private void assertItWaits(String step) throws Exception {
    Map<String, @Nullable Object> waits = ask("sync");
    assertThat(waits).as(log()).containsEntry("outcome", "failed");
    assertThat(waits.get("line").toString()).contains("the worker ended 3 times in step " + step);
    Channel.Call report =
        calls.stream()
            .filter(call -> call.type.equals("report"))
            .reduce((one, two) -> two)
            .orElseThrow();
    assertThat(report.body.get("conditions").toString())
        .contains("type=Stalled, status=true, reason=Failed, message=failed")
        .contains("in step " + step);
  }

  @Test
  void aCommitThatEndsTheWorkerThreeTimesWaitsAndANewerOneDoesNot() throws Exception {
    node.push(node.spec(node.port, "10.0.0.1:80"));
    endsInStep = "render";
    awaitEndAndStart(); // the first look comes by itself
    awaitEndAndStart();
    awaitEndAndStart();
    assertItWaits("render");
    assertThat(process.isAlive()).isTrue();
    endsInStep = null;
    assertThat(ask("sync")).as("nobody may force it").containsEntry("outcome", "failed");
    node.push(node.spec(node.port, "10.0.0.2:80"));
    assertThat(ask("sync")).as(log()).containsEntry("outcome", "applied");
  }

  @Test
  void aCommitThatTakesAllMemoryIsTriedAgainAfterRetry() throws Exception {
    process.destroyForcibly().waitFor();
    heap = "-Xmx26m";
    StringBuilder servers = new StringBuilder("10.0.0.1:80");
    for (int n = 0; n < 60_000; n++) {
      servers.append(", 10.").append(n >> 16).append('.').append(n >> 8 & 255);
      servers.append('.').append(n & 255).append(":81");
    }
    node.push(node.spec(node.port, servers.toString()));
    start();
    awaitEndAndStart();
    awaitEndAndStart();
    awaitEndAndStart();
    assertItWaits("check");
    ask("retry");
    awaitEndAndStart();
    node.push(node.spec(node.port, "10.0.0.2:80"));
    assertThat(ask("sync")).as(log()).containsEntry("outcome", "applied");
  }

  @Test
  void itEndsWhenTheAgentClosesTheChannel() throws Exception {
    ask("sync");
    process.getOutputStream().close();
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
