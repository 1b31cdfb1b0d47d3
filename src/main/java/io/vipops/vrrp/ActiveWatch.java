package io.vipops.vrrp;

import static io.vipops.vrrp.Intervals.NEVER;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a Backup knows of the Active, and when it stops waiting for it (RFC 9568 §6.4.2). Deadlines
 * are derived, not stored: a changed priority or configuration moves them at once.
 */
final class ActiveWatch {
  private @Nullable InetAddress source;
  private int priority;
  private long heardNs;

  /** The sender of the last advert says that it stops being Active. */
  private boolean resigned;

  /** When Active_Down_Timer was last restarted. */
  private long restartedNs;

  /** Active_Adver_Interval as last accepted; zero: nothing accepted yet, our own counts. */
  private long adoptedNs;

  /** Since when the Active is worse than us and we may take over: preempt_delay counts from it. */
  private long betterSinceNs = NEVER;

  private String cause = "";

  /**
   * Starts waiting, knowing of no Active.
   *
   * @param cause what happened just before, for the reason of a later transition
   */
  void begin(String cause, long nowNs) {
    this.cause = cause;
    source = null;
    resigned = false;
    adoptedNs = 0;
    restart(nowNs);
    betterSinceNs = NEVER;
  }

  /** An advert with priority 0: only Skew_Time is waited. */
  void resign(InetAddress from, long nowNs) {
    heard(from, 0, nowNs);
    resigned = true;
    restartedNs = nowNs;
    betterSinceNs = NEVER;
  }

  /** An advert came, accepted or not. */
  void heard(InetAddress from, int theirPriority, long nowNs) {
    source = from;
    priority = theirPriority;
    heardNs = nowNs;
  }

  /** The advert just heard counts: its sender is the Active. */
  void accept(Advertisement advert, long nowNs) {
    resigned = false;
    restart(nowNs);
    if (advert.version() == 3) {
      adoptedNs = advert.maxAdvertiseInterval().toNanos();
    }
  }

  /** Grants a whole Active_Down_Interval from now. */
  void restart(long nowNs) {
    restartedNs = nowNs;
  }

  /** Starts or ends the count of preempt_delay. */
  void better(boolean better, long nowNs) {
    if (!better) {
      betterSinceNs = NEVER;
    } else if (betterSinceNs == NEVER) {
      betterSinceNs = nowNs;
    }
  }

  /** When the Active counts as gone. */
  long downDeadlineNs(Instance instance, int ours) {
    long waitNs =
        resigned
            ? Intervals.skewNs(instance.version(), ours, adverIntervalNs(instance))
            : downNs(instance, ours);
    return restartedNs + waitNs;
  }

  private long downNs(Instance instance, int ours) {
    return Intervals.downNs(instance.version(), ours, adverIntervalNs(instance));
  }

  private long adverIntervalNs(Instance instance) {
    return adoptedNs == 0 ? instance.advertInterval().toNanos() : adoptedNs;
  }

  /** When preempt_delay is over; {@link Intervals#NEVER}: nobody to preempt, or no delay set. */
  long preemptDeadlineNs(Instance instance) {
    long delayNs = instance.preemptDelay().toNanos();
    boolean counts = instance.preempt() && delayNs > 0 && betterSinceNs != NEVER;
    return counts ? betterSinceNs + delayNs : NEVER;
  }

  /** Whether the last advert heard, taken or not, was of a lower priority than ours. */
  boolean knowsWorse(int ours) {
    return source != null && !resigned && priority < ours;
  }

  /** Who is Active; null: not known, or it resigned. */
  @Nullable InetAddress active() {
    return resigned ? null : source;
  }

  /** The base priority that the Active falls short of, because a check failed there; 0: none. */
  int degradedFrom(Instance instance) {
    if (source == null || resigned) {
      return 0;
    }
    for (Instance.Peer peer : instance.peers()) {
      if (peer.address().equals(source) && priority < peer.priority()) {
        return peer.priority();
      }
    }
    return 0;
  }

  /** Why the waiting ended at {@code nowNs}. */
  String reason(Instance instance, int ours, long nowNs) {
    if (source == null) {
      return Reasons.nobody(nowNs - restartedNs, cause);
    }
    if (resigned) {
      return Reasons.resigned(source);
    }
    // Not taken into account since, or for the length of preempt_delay: it was there until now.
    boolean refused = heardNs > restartedNs || nowNs >= preemptDeadlineNs(instance);
    boolean alive = nowNs < heardNs + downNs(instance, ours);
    return refused && alive && priority < ours
        ? Reasons.advertised(source, priority, ours)
        : Reasons.silent(source, nowNs - heardNs);
  }

  String degradedReason(Instance instance, int ours) {
    return source == null ? "" : Reasons.degraded(source, priority, degradedFrom(instance), ours);
  }
}
