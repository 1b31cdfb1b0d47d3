package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An engine without instances, whose loop has nothing else to do. */
@Tag("root")
class HeartbeatTest {
  private static final Duration PERIOD = Duration.ofMillis(20);
  private static final Duration SOON = Duration.ofSeconds(10);

  private final AtomicInteger beats = new AtomicInteger();

  @Test
  void theLoopBeatsAsOftenAsAskedAndNotAtAllWhileItHangs() throws Exception {
    long startNs = System.nanoTime();
    try (Engine engine = Engine.start(new Node(), new Heartbeat(PERIOD, () -> beat(true)), null)) {
      var unused = Await.until("20 beats", SOON, () -> beats.get() >= 20);
      assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(19 * PERIOD.toNanos());
      assertThat(beatsDuring(engine, PERIOD.multipliedBy(20))).isZero();
      int after = beats.get();
      unused = Await.until("it beats again", SOON, () -> beats.get() > after + 3);
    }
  }

  @Test
  void aBeatThatWasNotHeardIsGivenAgainSoon() throws Exception {
    Duration never = Duration.ofDays(1);
    try (Engine engine = Engine.start(new Node(), new Heartbeat(never, () -> beat(false)), null)) {
      var unused = Await.until("more than one", SOON, () -> beats.get() > 3);
      assertThat(engine.status()).isEmpty();
    }
  }

  private boolean beat(boolean heard) {
    beats.incrementAndGet();
    return heard;
  }

  /** Holds the loop up for {@code time} and counts what beats meanwhile. */
  private int beatsDuring(Engine engine, Duration time) throws Exception {
    CompletableFuture<Integer> counted = new CompletableFuture<>();
    engine.loop.submit(
        new Loop.Order() {
          @Override
          public void run(long nowNs) {
            int before = beats.get();
            LockSupport.parkNanos(time.toNanos());
            counted.complete(beats.get() - before);
          }

          @Override
          public void refuse(Throwable cause) {
            counted.completeExceptionally(cause);
          }
        });
    return counted.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }
}
