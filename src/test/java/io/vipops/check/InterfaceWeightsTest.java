package io.vipops.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Track;
import io.vipops.spec.TrackedInterface;
import io.vipops.vrrp.Standing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InterfaceWeightsTest {
  private static final Standing WHOLE =
      new Standing(100, false, false, true, false, "all checks pass");
  private static final String DOWN = "interface eth1 has no carrier";

  private static Standing weigh(Standing of, int weight, boolean up) {
    return InterfaceWeights.weigh(
        of, 100, List.of(new TrackedInterface("eth1", weight)), name -> up ? null : DOWN);
  }

  @Test
  void whoTracksNoneIsLeftAlone() {
    assertThat(InterfaceWeights.weigh(WHOLE, 100, List.of(), name -> DOWN)).isSameAs(WHOLE);
  }

  @Test
  void oneWithoutAWeightIsNoMatterOfPriorities() {
    assertThat(weigh(WHOLE, 0, false)).isSameAs(WHOLE);
    assertThat(weigh(WHOLE, 0, true)).isSameAs(WHOLE);
  }

  @Test
  void weightsCountAsThoseOfChecks() {
    assertThat(weigh(WHOLE, -30, false).effectivePriority()).isEqualTo(70);
    assertThat(weigh(WHOLE, -30, true).effectivePriority()).isEqualTo(100);
    assertThat(weigh(WHOLE, 30, true).effectivePriority()).isEqualTo(130);
    assertThat(weigh(WHOLE, 30, false).effectivePriority()).isEqualTo(100);
    assertThat(weigh(WHOLE, -30, false).degraded()).isTrue();
    assertThat(weigh(WHOLE, -30, true).degraded()).isFalse();
  }

  @Test
  void theyAreSummedWithThoseOfChecksBeforeTheClamp() {
    Reading fails = new Reading(Verdict.FAILING, true, "no process nginx");
    Standing sunk =
        Priorities.weigh(100, List.of(new Track("nginx", -150)), Map.of("nginx", fails))
            .standing(true, null);
    assertThat(sunk.effectivePriority()).isEqualTo(1);
    assertThat(weigh(sunk, 60, true).effectivePriority()).as("100 - 150 + 60").isEqualTo(10);
    assertThat(weigh(sunk, -60, false).effectivePriority()).isEqualTo(1);
  }

  @Test
  void theOwnerIgnoresWeights() {
    Standing owner = new Standing(255, false, false, true, false, "no checks");
    List<TrackedInterface> tracked = List.of(new TrackedInterface("eth1", -30));
    assertThat(InterfaceWeights.weigh(owner, 255, tracked, name -> DOWN).effectivePriority())
        .isEqualTo(255);
  }

  @Test
  void theReasonSaysAllThatFails() {
    Standing degraded =
        new Standing(70, true, false, true, false, "check nginx failed: no process");
    assertThat(weigh(degraded, -30, false).reason())
        .isEqualTo("check nginx failed: no process; " + DOWN);
    assertThat(weigh(degraded, -30, true).reason()).isEqualTo("check nginx failed: no process");
    assertThat(weigh(WHOLE, -30, false).reason()).isEqualTo(DOWN);
    assertThat(weigh(WHOLE, -30, true).reason()).isEqualTo("all checks pass");
  }

  @Test
  void whoIsDrainedSaysSo() {
    Standing drained = new Standing(100, false, false, true, true, "drained");
    assertThat(weigh(drained, -30, false).reason()).isEqualTo("drained");
    assertThat(weigh(drained, -30, true).reason()).isEqualTo("drained");
  }
}
