package io.vipops.vrrp;

import static io.vipops.vrrp.Intervals.NEVER;
import static io.vipops.vrrp.Intervals.SECOND_NS;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Giving the addresses away without a gap: priority 0 was said, every Backup that can serve takes
 * over within its Skew_Time, and until one of them speaks the addresses stay here.
 */
final class HandOver {
  /** From the successor's advert, which comes after its gratuitous ARP, until we let go. */
  private static final long OVERLAP_NS = SECOND_NS / 50;

  private static final long SLACK_NS = SECOND_NS / 10;
  private static final long LONGEST_NS = 5 * SECOND_NS;

  /** Who asks in vain need not ask again, and be silent meanwhile, at each failure of a check. */
  private static final long ASK_AGAIN_NS = 60 * SECOND_NS;

  private long beganNs;
  private long untilNs = NEVER;
  private long unansweredNs = NEVER;
  private @Nullable InetAddress successor;

  void begin(Self self, long nowNs) {
    beganNs = nowNs;
    long slowestNs = Intervals.skewNs(self.instance().version(), 1, self.intervalNs()) + SLACK_NS;
    long leaseNs = self.instance().vipLease().toNanos();
    long waitNs = Math.min(slowestNs, LONGEST_NS);
    untilNs = nowNs + (leaseNs == 0 ? waitNs : Math.min(waitNs, leaseNs - SLACK_NS));
    successor = null;
  }

  /** Any advert but another priority 0 is the successor's. */
  void hear(int priority, InetAddress source, long nowNs) {
    if (priority > 0 && successor == null) {
      successor = source;
      untilNs = Math.min(untilNs, nowNs + OVERLAP_NS);
    }
  }

  boolean due(long nowNs) {
    return nowNs >= untilNs;
  }

  long deadlineNs() {
    return untilNs;
  }

  long lastedNs(long nowNs) {
    return nowNs - beganNs;
  }

  /** Who took over; null: nobody yet. */
  @Nullable InetAddress successor() {
    return successor;
  }

  void unanswered(long nowNs) {
    unansweredNs = nowNs;
  }

  /** Whether nobody came a short while ago. */
  boolean wasUnanswered(long nowNs) {
    return unansweredNs != NEVER && nowNs - unansweredNs < ASK_AGAIN_NS;
  }
}
