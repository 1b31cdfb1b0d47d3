package io.vipops.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.spec.Check;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CheckRunnerTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration HOUR = Duration.ofHours(1);

  private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
  private final Map<String, Result> results = new ConcurrentHashMap<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final CheckRunner runner =
      new CheckRunner(this::probe, (check, result) -> results.put(check.name(), result));

  private Result probe(Check check) {
    runs(check.name()).incrementAndGet();
    if (check.name().equals("broken")) {
      throw new IllegalStateException("a bug");
    }
    if (check.name().equals("starved")) {
      throw new OutOfMemoryError("on purpose");
    }
    if (check.name().startsWith("slow")) {
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      try {
        Thread.sleep(50);
        release.await();
      } catch (InterruptedException e) {
        return Result.failed("interrupted");
      } finally {
        running.decrementAndGet();
      }
    }
    return Result.passed("weight " + check.weight());
  }

  private AtomicInteger runs(String name) {
    return runs.computeIfAbsent(name, n -> new AtomicInteger());
  }

  private static Check check(String name, Duration interval, int weight) {
    return new Check(name, List.of(), interval, SOON, 1, 1, weight);
  }

  @AfterEach
  void close() {
    release.countDown();
    runner.close();
  }

  @Test
  void everyCheckRunsAtOnceAndThenAtItsInterval() throws Exception {
    runner.configure(List.of(check("often", Duration.ofMillis(5), 1), check("rare", HOUR, 2)));
    Await.until("often", SOON, () -> runs("often").get() >= 5);
    assertThat(runs("rare").get()).isEqualTo(1);
    assertThat(results.get("rare")).isEqualTo(Result.passed("weight 2"));
  }

  @Test
  void aSlowCheckNeverOverlapsItselfNorDelaysAnother() throws Exception {
    runner.configure(
        List.of(check("slow", Duration.ofMillis(5), 1), check("often", Duration.ofMillis(5), 1)));
    Await.until("often", SOON, () -> runs("often").get() >= 20);
    assertThat(runs("slow").get()).isEqualTo(1);
    release.countDown();
    Await.until("slow again", SOON, () -> runs("slow").get() >= 3);
    assertThat(most.get()).isEqualTo(1);
  }

  @Test
  void aKeptCheckKeepsItsScheduleAndAChangedOneRunsAtOnce() throws Exception {
    runner.configure(List.of(check("kept", HOUR, 1), check("changed", HOUR, 1)));
    Await.until("both", SOON, () -> results.size() == 2);
    runner.configure(List.of(check("kept", HOUR, 1), check("changed", HOUR, 2)));
    Await.until("changed", SOON, () -> results.get("changed").text().equals("weight 2"));
    assertThat(runs("kept").get()).isEqualTo(1);
  }

  @Test
  void aDroppedCheckRunsNoMore() throws Exception {
    runner.configure(List.of(check("often", Duration.ofMillis(2), 1)));
    Await.until("often", SOON, () -> runs("often").get() >= 2);
    runner.configure(List.of(check("other", Duration.ofMillis(2), 1)));
    Await.until("other", SOON, () -> runs("other").get() >= 2);
    int after = runs("often").get();
    Await.until("other", SOON, () -> runs("other").get() >= 20);
    assertThat(runs("often").get()).isEqualTo(after);
  }

  @Test
  void aFaultOfOursIsAFailureAndTheNextRunComes() throws Exception {
    runner.configure(List.of(check("broken", Duration.ofMillis(2), 1)));
    Await.until("twice", SOON, () -> runs("broken").get() >= 2);
    assertThat(results.get("broken").ok()).isFalse();
  }

  @Test
  void anErrorIsAFailureTooAndTheNextRunComes() throws Exception {
    runner.configure(List.of(check("starved", Duration.ofMillis(2), 1)));
    Await.until("twice", SOON, () -> runs("starved").get() >= 2);
    assertThat(results.get("starved").ok()).isFalse();
  }
}
