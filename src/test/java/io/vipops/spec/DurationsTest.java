package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @Test
  void unitsAreReadExactly() {
    assertThat(Durations.parse("500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(Durations.parse("2s")).isEqualTo(Duration.ofSeconds(2));
    assertThat(Durations.parse("40.95s")).isEqualTo(Duration.ofMillis(40_950));
    assertThat(Durations.parse("1.5m")).isEqualTo(Duration.ofSeconds(90));
    assertThat(Durations.parse("1h")).isEqualTo(Duration.ofHours(1));
    assertThat(Durations.parse("365d")).isEqualTo(Duration.ofDays(365));
    assertThat(Durations.parse("0s")).isEqualTo(Duration.ZERO);
    assertThat(Durations.parse("999999999d")).isEqualTo(Duration.ofDays(999_999_999));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s",
        "2",
        "2 s",
        "-1s",
        "+1s",
        "1e3s",
        ".5s",
        "5.s",
        "1S",
        "1w",
        "9999999999s"
      })
  void anythingElseIsNone(String text) {
    assertThat(Durations.parse(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "500ms", "2s", "40950ms", "90s", "3m", "7h", "2d", "0.5ms"})
  void whatIsFormattedIsReadBack(String text) {
    Duration duration = Durations.parse(text);
    assertThat(Durations.format(duration)).isEqualTo(text);
  }
}
