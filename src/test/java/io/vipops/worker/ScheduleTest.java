package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.git.GitFailure;
import io.vipops.git.GitFailures;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final GitFailure DOWN = GitFailures.down();

  private final Schedule schedule = new Schedule(Duration.ofSeconds(15), "lb01");

  private double remainingS() {
    return schedule.remainingNs() / (double) SECOND_NS;
  }

  @Test
  void hostsAreSpreadOverATenthOfThePollEachWay() {
    Set<Long> periods = new HashSet<>();
    for (int n = 1; n <= 100; n++) {
      long ns = new Schedule(Duration.ofSeconds(15), "lb%02d".formatted(n)).periodNs();
      assertThat(ns / (double) SECOND_NS).isBetween(13.5, 16.5);
      periods.add(ns / 100_000_000);
    }
    assertThat(periods.size()).as("of 30 tenths of a second").isGreaterThan(20);
  }

  @Test
  void afterFailuresItLooksEarlierAndNeverLaterThanHalfAPoll() {
    double[] expected = {1, 2, 4, 7.5, 7.5, 7.5};
    for (double seconds : expected) {
      schedule.looked();
      schedule.ended(DOWN);
      assertThat(remainingS()).isBetween(seconds * 0.8, seconds * 1.11);
      assertThat(schedule.isHeldOff()).isFalse();
    }
    schedule.looked();
    schedule.ended(null);
    assertThat(remainingS()).isGreaterThan(13);
    schedule.ended(DOWN);
    assertThat(remainingS()).as("it begins anew").isLessThan(1.2);
  }

  @Test
  void aServerIsLeftAloneForAsLongAsItAsksButNotLessThanAPoll() {
    schedule.ended(GitFailures.busy(Duration.ofMinutes(2)));
    assertThat(remainingS()).isBetween(100.0, 132.0);
    assertThat(schedule.isHeldOff()).isTrue();
    schedule.ended(GitFailures.busy(Duration.ZERO));
    assertThat(remainingS()).isBetween(13.0, 16.5);
  }

  @Test
  void whatIsAskedForAtOnceIsNotHeldOff() {
    schedule.ended(GitFailures.busy(Duration.ofMinutes(2)));
    schedule.now();
    assertThat(schedule.isDue()).isTrue();
    assertThat(schedule.isHeldOff()).isFalse();
  }
}
