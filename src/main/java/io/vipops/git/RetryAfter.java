package io.vipops.git;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** How long a server asks to be left alone (RFC 9110, 10.2.3). */
final class RetryAfter {
  /** A server may be wrong, or hostile: it is asked again after this at the latest. */
  static final Duration MOST = Duration.ofMinutes(15);

  private RetryAfter() {}

  /**
   * Zero to {@link #MOST}.
   *
   * @param value of the header Retry-After: seconds, or a date
   * @param date of the header Date: the clock that the former date is meant by; null: ours is
   * @param now by our clock
   * @return null: there is none that can be read
   */
  static @Nullable Duration of(@Nullable String value, @Nullable String date, Instant now) {
    if (value == null) {
      return null;
    }
    String text = value.strip();
    if (text.matches("\\d+")) {
      return text.length() > 9 ? MOST : bounded(Duration.ofSeconds(Long.parseLong(text)));
    }
    Instant until = instant(text);
    if (until == null) {
      return null;
    }
    Instant theirs = date == null ? null : instant(date.strip());
    return bounded(Duration.between(theirs == null ? now : theirs, until));
  }

  private static @Nullable Instant instant(String date) {
    try {
      return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Duration bounded(Duration asked) {
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(MOST) > 0 ? MOST : asked;
  }
}
