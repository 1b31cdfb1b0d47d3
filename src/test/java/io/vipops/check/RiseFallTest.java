package io.vipops.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RiseFallTest {
  @Test
  void isUnknownAndUnansweredBeforeTheFirstResult() {
    RiseFall check = RiseFall.unknown(1, 2);
    assertThat(check.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(check.answered()).isFalse();
  }

  @Test
  void theFirstResultDecidesAloneWhenItPasses() {
    assertThat(after(RiseFall.unknown(3, 2), "+")).isEqualTo(Verdict.PASSING);
  }

  @Test
  void theFirstResultDoesNotDecideAloneWhenItFails() {
    RiseFall check = RiseFall.unknown(1, 2).after(false);
    assertThat(check.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(check.answered()).isTrue();
  }

  @Test
  void failsAfterFallFailuresFromTheStart() {
    assertThat(after(RiseFall.unknown(1, 2), "--")).isEqualTo(Verdict.FAILING);
  }

  @Test
  void aPassAfterAFirstFailureNeedsRise() {
    assertThat(after(RiseFall.unknown(2, 3), "-+")).isEqualTo(Verdict.UNKNOWN);
    assertThat(after(RiseFall.unknown(2, 3), "-++")).isEqualTo(Verdict.PASSING);
  }

  @Test
  void onlyFailuresInARowCount() {
    assertThat(after(RiseFall.unknown(1, 3), "+--+--")).isEqualTo(Verdict.PASSING);
    assertThat(after(RiseFall.unknown(1, 3), "+--+---")).isEqualTo(Verdict.FAILING);
  }

  @Test
  void onlyPassesInARowBringItBack() {
    assertThat(after(RiseFall.unknown(3, 1), "-++-++")).isEqualTo(Verdict.FAILING);
    assertThat(after(RiseFall.unknown(3, 1), "-++-+++")).isEqualTo(Verdict.PASSING);
  }

  @Test
  void newLimitsKeepTheVerdictAndCountFromTheNextResult() {
    RiseFall failing = RiseFall.unknown(5, 1).after(false).after(true).after(true);
    RiseFall relaxed = failing.with(3, 1);
    assertThat(relaxed.verdict()).isEqualTo(Verdict.FAILING);
    assertThat(relaxed.after(true).verdict()).isEqualTo(Verdict.PASSING);
  }

  private static Verdict after(RiseFall check, String results) {
    RiseFall now = check;
    for (char c : results.toCharArray()) {
      now = now.after(c == '+');
    }
    return now.verdict();
  }
}
