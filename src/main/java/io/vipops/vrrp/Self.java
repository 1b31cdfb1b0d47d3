package io.vipops.vrrp;

import java.net.InetAddress;
import java.util.Arrays;

/** This node in the election: how it is configured and what it thinks of itself. */
record Self(Instance instance, Standing standing) {

  /**
   * What adverts say. A weight never makes it 0, which would mean giving up. Who cannot serve says
   * 1, should it be Active because nobody else is: whoever can serve is better.
   */
  int priority() {
    if (standing.fault() && instance.priority() != 255) {
      return 1;
    }
    return Math.max(1, Math.min(255, standing.effectivePriority()));
  }

  boolean isOwner() {
    return priority() == 255;
  }

  /** An owner's address answers from here whatever we say, so it does not wait to be ready. */
  boolean mayBecomeActive() {
    return !standing.yielding() && (standing.ready() || isOwner());
  }

  /**
   * Whether it may hold the addresses as the last resort, with a failed check of weight 0: an
   * owner's address answers from its host anyway, and priority 1 is not for it to say.
   */
  boolean mayBeLastResort() {
    return standing.fault() && standing.ready() && !standing.yielding() && !isOwner();
  }

  /** Whether it does what the first of its sync group does, and decides nothing. */
  boolean follows() {
    return standing.lead() != null;
  }

  /** By how much our own failed checks lower our priority; 0: they do not. */
  int shortfall() {
    return standing.degraded() || standing.fault()
        ? Math.max(0, instance.priority() - priority())
        : 0;
  }

  /**
   * Whether an advert of another Active makes this one give way (RFC 9568 §6.4.3).
   *
   * @param ours where our own adverts come from
   */
  boolean losesTo(int theirs, InetAddress source, InetAddress ours) {
    return theirs > priority()
        || (theirs == priority()
            && Arrays.compareUnsigned(ours.getAddress(), source.getAddress()) < 0);
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
