package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.channel.Channel;
import io.vipops.lab.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With shell scripts for workers. */
class WorkerProcessTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  private final AgentThread thread = new AgentThread();
  private WorkerProcess worker;

  private void start(String script) throws Exception {
    Path file = folder.resolve("worker.sh");
    Files.writeString(file, script);
    worker =
        new WorkerProcess(
            List.of("sh", file.toString()), thread, call -> thread.run(() -> on(call)));
    thread.run(worker::start);
  }

  private void on(Channel.Call call) {
    worker.onStep(
        String.valueOf(call.body.get("name")), (Long) call.body.getOrDefault("deadline_ms", 0L));
    call.reply(Map.of());
  }

  private <T> T ask(Callable<T> question) throws Exception {
    CompletableFuture<T> answer = new CompletableFuture<>();
    thread.run(
        () -> {
          try {
            answer.complete(question.call());
          } catch (Exception e) {
            answer.completeExceptionally(e);
          }
        });
    return answer.get(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    worker.stop();
    thread.stop();
  }

  /** A frame of less than 256 bytes, as an argument of printf(1). */
  private static String frame(String json) {
    return "'\\000\\000\\000\\%03o%s'".formatted(json.length(), json);
  }

  private static String step(String name) {
    return frame(
        "{\"kind\":\"request\",\"id\":1,\"type\":\"step\","
            + "\"body\":{\"name\":\""
            + name
            + "\",\"deadline_ms\":500}}");
  }

  private void awaitAnother(long first) throws Exception {
    Await.until(
        "another",
        SOON,
        () -> {
          thread.run(worker::onTick);
          long now = ask(worker::pid);
          return now != 0 && now != first;
        });
    assertThat(ProcessHandle.of(first).map(ProcessHandle::isAlive).orElse(false)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fetch",
        "read",
        "check",
        "render",
        "stage",
        "test",
        "switch",
        "converge",
        "settle",
        "record",
        "rollback",
        "resume",
        "idle"
      })
  void aWorkerThatIsLateWithAnyStepIsEndedAndReplacedAndTheStatusNamesTheStep(String name)
      throws Exception {
    Path again = folder.resolve("again");
    start("[ -e " + again + " ] || printf " + step(name) + "\n: >" + again + "\nexec sleep 600\n");
    Await.until("the step began", SOON, () -> ask(worker::step).equals(name));
    long first = ask(worker::pid);
    awaitAnother(first);
    assertThat(ask(worker::restarts)).isPositive();
    Await.until(
        "named",
        SOON,
        () -> {
          thread.run(worker::onTick);
          WorkerProcess.Lost lost = ask(worker::lost);
          return lost != null
              && lost.message()
                  .contains("step " + name + " passed its deadline of 0.5 s and it was ended");
        });
  }

  @Test
  void aWorkerThatStopsInTheMiddleOfAFrameIsEndedAndReplaced() throws Exception {
    start("printf " + step("fetch") + "\nprintf '\\000\\000\\001'\nexec sleep 600\n");
    Await.until("the step began", SOON, () -> ask(worker::step).equals("fetch"));
    awaitAnother(ask(worker::pid));
  }

  @Test
  void workersThatEndAtOnceFollowEachOtherEverMoreSlowlyOneThatWorkedForLongAtOnce()
      throws Exception {
    Path starts = folder.resolve("starts");
    start(
        """
        date +%%s%%N >>%1$s
        [ $(wc -l <%1$s) = 6 ] && sleep 4 && date +%%s%%N >>%1$s
        true
        """
            .formatted(starts));
    Await.until("eight lines", SOON, () -> times(starts).size() >= 8);
    List<Long> ms = times(starts);
    assertThat(ms.get(5) - ms.get(0)).as("0.1 + 0.2 + 0.4 + 0.8 + 1.6 s").isGreaterThan(2_500);
    assertThat(ms.get(7) - ms.get(6)).as("3.2 s less the four it worked").isLessThan(2_500);
  }

  private static List<Long> times(Path file) throws Exception {
    return Files.exists(file)
        ? Files.readAllLines(file).stream().map(line -> Long.parseLong(line) / 1_000_000).toList()
        : List.of();
  }

  @Test
  void aWorkerIsNotBlamedForTheAgentsOwnStandstill() throws Exception {
    start("printf " + step("fetch") + "\nexec sleep 600\n");
    Await.until("the step began", SOON, () -> ask(worker::step).equals("fetch"));
    long first = ask(worker::pid);
    thread.run(() -> worker.onStall(TimeUnit.MINUTES.toNanos(1)));
    Thread.sleep(700); // past the deadline: nothing is to happen
    thread.run(worker::onTick);
    assertThat(ask(worker::pid)).isEqualTo(first);
  }

  @Test
  void aWorkerThatSaysWhatIsNoMessageIsEndedAndReplaced() throws Exception {
    start("echo 'hello, this is no frame'\nexec sleep 600\n");
    long first = ask(worker::pid);
    Await.until("another", SOON, () -> ask(worker::restarts) > 0 && ask(worker::pid) != first);
    assertThat(ProcessHandle.of(first).map(ProcessHandle::isAlive).orElse(false)).isFalse();
  }

  @Test
  void whileTheAgentStopsNoWorkerIsStarted() throws Exception {
    start("exec sleep 600\n");
    Await.until("up", SOON, () -> ask(worker::pid) != 0);
    long first = ask(worker::pid);
    worker.startNoMore();
    ProcessHandle.of(first).ifPresent(ProcessHandle::destroyForcibly);
    Await.until("gone", SOON, () -> ProcessHandle.of(first).isEmpty());
    thread.run(worker::start);
    assertThat(ask(worker::restarts)).isZero();
    assertThat(ask(worker::pid)).isIn(0L, first);
  }

  @Test
  void aWorkerThatLeavesWithNothingToDoHasASuccessorAndIsNoLoss() throws Exception {
    Path again = folder.resolve("again");
    start(
        "[ -e " + again + " ] && exec sleep 600\n: >" + again + "\nprintf " + step("idle") + "\n");
    Await.until("another", SOON, () -> ask(worker::restarts) == 1 && ask(worker::up));
    assertThat(ask(worker::lost)).isNull();
  }
}
