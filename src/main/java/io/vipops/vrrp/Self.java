package io.vipops.vrrp;

import java.net.InetAddress;
import java.util.Arrays;

/** This node in the election: how it is configured and what it thinks of itself. */
record Self(Instance instance, Standing standing) {

  /** What adverts say. A weight never makes it 0, which would mean giving up. */
  int priority() {
    return Math.max(1, Math.min(255, standing.effectivePriority()));
  }

  boolean isOwner() {
    return priority() == 255;
  }

  /** An owner's address answers from here whatever we say, so it does not wait to be ready. */
  boolean mayBecomeActive() {
    return !standing.yielding() && (standing.ready() || isOwner());
  }

  /** Whether an advert of another Active makes this one give way (RFC 9568 §6.4.3). */
  boolean losesTo(int theirs, InetAddress source) {
    return theirs > priority() || (theirs == priority() && addressIsLowerThan(source));
  }

  private boolean addressIsLowerThan(InetAddress source) {
    return Arrays.compareUnsigned(instance.address().getAddress(), source.getAddress()) < 0;
  }

  /** Skew_Time behind an Active that advertises every {@code adverIntervalNs}. */
  long skewNs(long adverIntervalNs) {
    return Intervals.skewNs(instance.version(), priority(), adverIntervalNs);
  }

  /** Active_Down_Interval behind an Active that advertises every {@code adverIntervalNs}. */
  long downNs(long adverIntervalNs) {
    return Intervals.downNs(instance.version(), priority(), adverIntervalNs);
  }

  /** How often this node advertises as Active, in nanoseconds. */
  long intervalNs() {
    return instance.advertInterval().toNanos();
  }
}
