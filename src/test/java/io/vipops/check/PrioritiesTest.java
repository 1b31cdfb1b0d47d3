package io.vipops.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Track;
import io.vipops.vrrp.Standing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrioritiesTest {
  private static final Reading PASSES = new Reading(Verdict.PASSING, true, "http 200 in 3 ms");
  private static final Reading FAILS = new Reading(Verdict.FAILING, true, "no process nginx");
  private static final Reading SILENT = new Reading(Verdict.UNKNOWN, false, "");

  @Test
  void aFailingNegativeWeightIsSubtracted() {
    assertThat(effective(100, -30, FAILS)).isEqualTo(70);
    assertThat(effective(100, -30, PASSES)).isEqualTo(100);
  }

  @Test
  void aPassingPositiveWeightIsAdded() {
    assertThat(effective(100, 30, PASSES)).isEqualTo(130);
    assertThat(effective(100, 30, FAILS)).isEqualTo(100);
  }

  @Test
  void anUnansweredCheckNeitherAddsNorTakes() {
    assertThat(effective(100, 30, SILENT)).isEqualTo(100);
    assertThat(effective(100, -30, SILENT)).isEqualTo(100);
    assertThat(effective(100, 0, SILENT)).isEqualTo(100);
  }

  @Test
  void theSumIsKeptWithin1And254() {
    assertThat(effective(100, -200, FAILS)).isEqualTo(1);
    assertThat(effective(200, 100, PASSES)).isEqualTo(254);
  }

  @Test
  void weightsAreSummedBeforeTheClamp() {
    Weighing both =
        Priorities.weigh(
            200,
            List.of(new Track("bonus", 100), new Track("nginx", -60)),
            Map.of("bonus", PASSES, "nginx", FAILS));
    assertThat(both.effectivePriority()).isEqualTo(240);
  }

  @Test
  void theOwnerIgnoresWeightsButNotFaults() {
    assertThat(effective(255, -30, FAILS)).isEqualTo(255);
    assertThat(weigh(255, 0, FAILS).fault()).isTrue();
  }

  @Test
  void aFailingCheckOfWeightZeroIsAFault() {
    Weighing weighing = weigh(100, 0, FAILS);
    assertThat(weighing.fault()).isTrue();
    assertThat(weighing.effectivePriority()).isEqualTo(100);
    assertThat(weigh(100, 0, PASSES).fault()).isFalse();
  }

  @Test
  void anyFailingCheckMeansDegraded() {
    assertThat(weigh(100, -30, FAILS).degraded()).isTrue();
    assertThat(weigh(100, 30, FAILS).degraded()).isTrue();
    assertThat(weigh(100, -30, PASSES).degraded()).isFalse();
  }

  @Test
  void theReasonNamesEveryFailingCheckAndWhatItSaw() {
    Weighing two =
        Priorities.weigh(
            100,
            List.of(new Track("nginx", -30), new Track("gateway", -20), new Track("db", -1)),
            Map.of(
                "nginx", FAILS,
                "gateway", new Reading(Verdict.FAILING, true, "no answer in 1 s"),
                "db", PASSES));
    assertThat(two.reason())
        .isEqualTo("check nginx failed: no process nginx; check gateway failed: no answer in 1 s");
  }

  @Test
  void everyTrackedCheckMustHaveAnswered() {
    List<Track> tracks = List.of(new Track("nginx", -30), new Track("web", -30));
    assertThat(Priorities.weigh(100, tracks, Map.of("nginx", PASSES)).answered()).isFalse();
    assertThat(Priorities.weigh(100, tracks, Map.of("nginx", PASSES, "web", FAILS)).answered())
        .isTrue();
    assertThat(Priorities.weigh(100, List.of(), Map.of()).answered()).isTrue();
  }

  @Test
  void yieldingNamesItsOwnReasonUnlessThereIsAFault() {
    Standing drained = weigh(100, -30, PASSES).standing(true, "drained");
    assertThat(drained).isEqualTo(new Standing(100, false, false, true, true, "drained"));
    assertThat(weigh(100, 0, FAILS).standing(true, "drained").reason())
        .isEqualTo("check nginx failed: no process nginx");
    assertThat(weigh(100, -30, PASSES).standing(false, null))
        .isEqualTo(new Standing(100, false, false, false, false, "all checks pass"));
  }

  private static int effective(int base, int weight, Reading reading) {
    return weigh(base, weight, reading).effectivePriority();
  }

  private static Weighing weigh(int base, int weight, Reading reading) {
    return Priorities.weigh(base, List.of(new Track("nginx", weight)), Map.of("nginx", reading));
  }
}
