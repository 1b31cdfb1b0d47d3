package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RepetitionTest {
  private static final long S = 1_000_000_000L;

  private final Repetition repetition = new Repetition();

  @Test
  void aLineThatComesAgainIsSaidOnceAMinuteWithItsCount() {
    assertThat(repetition.line("two Actives", 0)).isEqualTo("two Actives");
    assertThat(repetition.line("two Actives", 1 * S)).isNull();
    assertThat(repetition.line("something else", 2 * S)).isEqualTo("something else");
    assertThat(repetition.line("two Actives", 59 * S)).isNull();
    assertThat(repetition.line("two Actives", 60 * S))
        .isEqualTo("two Actives (and 2 times more since last said)");
    assertThat(repetition.line("two Actives", 121 * S)).isEqualTo("two Actives");
  }
}
