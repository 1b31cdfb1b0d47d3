package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DampingTest {
  private static final Standing WHOLE = new Standing(100, false, false, true, false, "");
  private static final Standing FAILING = new Standing(1, true, true, true, false, "check failed");

  private final Damping damping = new Damping();

  @Test
  void afterThreeMovesWithinAMinuteAFourthWaitsForAMinute() {
    for (int second = 1; second <= 3; second++) {
      assertThat(damping.allows(WHOLE, true, at(second))).isTrue();
      damping.moved(WHOLE, false, at(second));
    }
    assertThat(damping.allows(WHOLE, true, at(4))).isFalse();
    assertThat(damping.takeReport()).isNotNull();
    assertThat(damping.allows(WHOLE, true, at(63.9))).isFalse();
    assertThat(damping.takeReport()).isNull();
    assertThat(damping.allows(WHOLE, true, at(64))).isTrue();
  }

  @Test
  void whereBothFailAThirdWaits() {
    damping.own(FAILING, at(1));
    damping.peerFails(at(1));
    damping.moved(WHOLE, false, at(2));
    damping.moved(WHOLE, false, at(3));
    assertThat(damping.allows(WHOLE, true, at(4))).isFalse();
  }

  @Test
  void whoFailsAllAlongFailsNow() {
    damping.own(FAILING, at(1));
    damping.moved(FAILING, false, at(70));
    damping.moved(WHOLE, false, at(75));
    assertThat(damping.leavesItToOthers(at(76))).isTrue();
  }

  @Test
  void aMoveThatWaitedForAHoldCountsAsOneWithFailingChecks() {
    for (int second = 1; second <= 3; second++) {
      damping.moved(WHOLE, false, at(second));
    }
    assertThat(damping.allows(WHOLE, true, at(4))).isFalse();
    damping.moved(WHOLE, false, at(65));
    damping.moved(FAILING, false, at(70));
    assertThat(damping.leavesItToOthers(at(71))).isTrue();
  }

  private static long at(double seconds) {
    return (long) (seconds * Intervals.SECOND_NS);
  }
}
