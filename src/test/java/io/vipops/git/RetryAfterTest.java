package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private static Duration of(String value, String date) {
    return RetryAfter.of(value, date, NOW);
  }

  @Test
  void secondsAndDatesAreRead() {
    assertThat(of("120", null)).isEqualTo(Duration.ofMinutes(2));
    assertThat(of("Sun, 22 Nov 2026 10:00:30 GMT", null)).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void aDateIsMeantByTheServersClock() {
    assertThat(of("Sun, 22 Nov 2026 12:00:30 GMT", "Sun, 22 Nov 2026 12:00:00 GMT"))
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void nobodyWaitsLongerThanAQuarterOfAnHourNorForThePast() {
    assertThat(of("86400", null)).isEqualTo(Duration.ofMinutes(15));
    assertThat(of("99999999999999999999", null)).isEqualTo(Duration.ofMinutes(15));
    assertThat(of("Wed, 01 Jan 2200 10:00:00 GMT", null)).isEqualTo(Duration.ofMinutes(15));
    assertThat(of("Sun, 22 Nov 2026 09:00:00 GMT", null)).isZero();
  }

  @Test
  void whatIsNeitherIsIgnored() {
    assertThat(of(null, null)).isNull();
    assertThat(of("soon", null)).isNull();
    assertThat(of("-5", null)).isNull();
  }
}
