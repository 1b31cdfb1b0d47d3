package io.vipops.worker;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Points in time as {@code status.json} shows them. */
final class Times {
  private Times() {}

  /** ISO 8601 in UTC, whole seconds. */
  static String shown(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
