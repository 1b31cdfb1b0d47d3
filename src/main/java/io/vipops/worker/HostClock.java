package io.vipops.worker;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether this host's clock can be right. A host without a battery for it boots in the past, until
 * somebody tells it the time; what the future holds nobody knows, so only a clock that is slow is
 * ever found out.
 */
final class HostClock {
  /** A committer's own clock is not always right either. */
  private static final Duration COMMITTERS_SLACK = Duration.ofDays(1);

  private HostClock() {}

  /**
   * What says that it is later than {@code now}, as the end of a sentence; null: nothing does.
   *
   * @param dated when a commit says that it was made
   * @param written when the list of signers was
   */
  static @Nullable String doubt(Instant now, Instant dated, Instant written, History history) {
    if (dated.minus(COMMITTERS_SLACK).isAfter(now)) {
      return "the commit is dated " + Times.shown(dated);
    }
    if (written.isAfter(now)) {
      return "the list of signers was written at " + Times.shown(written);
    }
    for (History.Entry pass : history.passes()) {
      if (at(pass).isAfter(now)) {
        return "vipops history has a pass of " + pass.at();
      }
    }
    return null;
  }

  private static Instant at(History.Entry pass) {
    try {
      return Instant.parse(pass.at());
    } catch (DateTimeException e) {
      return Instant.EPOCH; // of somebody's editor
    }
  }
}
