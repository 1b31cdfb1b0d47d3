package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatenessTest {
  private static final long SECOND_NS = 1_000_000_000L;

  /** As {@link System#nanoTime} may: from below zero on. */
  private long nowNs = -33 * SECOND_NS;

  private final Lateness lateness = new Lateness(nowNs);

  private void count(int times, long lateUs) {
    for (int i = 0; i < times; i++) {
      lateness.count(lateUs * 1000, nowNs);
    }
  }

  private AdvertLateness seen() {
    return lateness.copy(nowNs).summary();
  }

  @Test
  void eachAdvertIsCountedInTheFirstBucketThatHoldsIt() {
    for (long us : List.of(-20, 0, 500, 501, 1_000, 4_000, 1_000_000, 1_000_001)) {
      count(1, us);
    }
    assertThat(seen().bounds().get(0)).isEqualTo(Duration.ofNanos(500_000));
    assertThat(seen().bounds().get(10)).isEqualTo(Duration.ofSeconds(1));
    assertThat(seen().counts()).containsExactly(3L, 2L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 1L, 1L);
    assertThat(seen().sum()).isEqualTo(Duration.ofNanos(2_006_002_000L));
  }

  @Test
  void ofTheLastMinuteItTellsWhat99OfAHundredKeptToAndTheLatest() {
    assertThat(seen().minuteP99()).isZero();
    count(99, 800);
    count(1, 30_000);
    assertThat(seen().minuteCount()).isEqualTo(100);
    assertThat(seen().minuteP99()).isEqualTo(Duration.ofMillis(1));
    assertThat(seen().minuteMax()).isEqualTo(Duration.ofMillis(30));
    count(1, 30_000);
    assertThat(seen().minuteP99()).isEqualTo(Duration.ofMillis(30)); // not 50: none was so late
  }

  @Test
  void whatIsOlderThanAMinuteIsForgottenThereAndNotInTheHistogram() {
    count(1, 700_000);
    nowNs += 50 * SECOND_NS;
    count(1, 200);
    assertThat(seen().minuteMax()).isEqualTo(Duration.ofMillis(700));
    nowNs += 10 * SECOND_NS;
    assertThat(seen().minuteMax()).isEqualTo(Duration.ofNanos(200_000));
    assertThat(seen().minuteCount()).isEqualTo(1);
    nowNs += 3600 * SECOND_NS;
    assertThat(seen().minuteCount()).isZero();
    assertThat(seen().minuteP99()).isZero();
    assertThat(seen().counts().stream().mapToLong(it -> it).sum()).isEqualTo(2);
  }
}
