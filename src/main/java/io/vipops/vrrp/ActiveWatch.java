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

  /** Whether lost adverts were made up for since the last one that counted. */
  private boolean granted;

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
    granted = false;
    adoptedNs = 0;
    restartedNs = nowNs;
    betterSinceNs = NEVER;
  }

  /** Starts waiting for the Active that this advert is from. */
  void follow(Self self, Advertisement advert, InetAddress from, long nowNs) {
    begin("", nowNs);
    heard(self, advert, from, nowNs);
    accept(advert, nowNs);
  }

  /**
   * An advert came. A worse Active's does not count where it is to be preempted: the timer, left
   * alone, runs out within one down interval. While preempt_delay lasts it does count.
   */
  void hear(Self self, Advertisement advert, InetAddress from, long nowNs) {
    heard(self, advert, from, nowNs);
    Instance instance = self.instance();
    boolean preempts = instance.preempt() && instance.preemptDelay().isZero();
    if (resigned) {
      restartedNs = nowNs; // Skew_Time from here
    } else if (!preempts || priority >= self.priority()) {
      accept(advert, nowNs);
    }
  }

  private void heard(Self self, Advertisement advert, InetAddress from, long nowNs) {
    source = from;
    priority = advert.priority();
    heardNs = nowNs;
    resigned = priority == 0;
    compare(self, nowNs);
  }

  private void accept(Advertisement advert, long nowNs) {
    restartedNs = nowNs;
    granted = false;
    if (advert.version() == 3) {
      adoptedNs = advert.maxAdvertiseInterval().toNanos();
    }
  }

  /**
   * Grants a whole wait from now: adverts may have been lost on our side. Once only until an advert
   * counts: under a flood that never ends, nothing but silence would be left of us.
   */
  void restart(long nowNs) {
    if (!granted) {
      granted = true;
      restartedNs = nowNs;
    }
  }

  /** Something about us changed: preempt_delay counts while we may and should be Active. */
  void compare(Self self, long nowNs) {
    if (!self.mayBecomeActive() || !knowsWorse(self)) {
      betterSinceNs = NEVER;
    } else if (betterSinceNs == NEVER) {
      betterSinceNs = nowNs;
    }
  }

  /** Why to become Active now; null: not yet. */
  @Nullable String takeOverReason(Self self, long nowNs) {
    if (!self.mayBecomeActive()) {
      return null;
    }
    if (self.isOwner()) {
      return "address owner";
    }
    int base = source == null ? 0 : degradedFrom(self, source);
    if (source != null && base > 0) {
      return Reasons.degraded(source, priority, base, self.priority());
    }
    return nowNs >= deadlineNs(self) ? reason(self, nowNs) : null;
  }

  /** When {@link #takeOverReason} has to be asked next; {@link Intervals#NEVER}: not by time. */
  long deadlineNs(Self self) {
    return self.mayBecomeActive()
        ? Math.min(downDeadlineNs(self), preemptDeadlineNs(self.instance()))
        : NEVER;
  }

  /** Who is Active; null: not known, or it resigned. */
  @Nullable InetAddress active() {
    return resigned ? null : source;
  }

  private long downDeadlineNs(Self self) {
    long intervalNs = adverIntervalNs(self);
    return restartedNs + (resigned ? self.skewNs(intervalNs) : self.downNs(intervalNs));
  }

  private long adverIntervalNs(Self self) {
    return adoptedNs == 0 ? self.intervalNs() : adoptedNs;
  }

  private long preemptDeadlineNs(Instance instance) {
    long delayNs = instance.preemptDelay().toNanos();
    boolean counts = instance.preempt() && delayNs > 0 && betterSinceNs != NEVER;
    return counts ? betterSinceNs + delayNs : NEVER;
  }

  private boolean knowsWorse(Self self) {
    return source != null && !resigned && priority < self.priority();
  }

  /**
   * The base priority that a worse Active falls short of because its own checks fail; 0: none, or
   * not to be replaced for it. Neither preempt_delay nor, while we are whole, {@code preempt:
   * false} was meant to keep a node that does not work.
   */
  private int degradedFrom(Self self, InetAddress active) {
    if (!knowsWorse(self) || (!self.instance().preempt() && self.standing().degraded())) {
      return 0;
    }
    return self.instance().peers().stream()
        .filter(peer -> peer.address().equals(active) && priority < peer.priority())
        .mapToInt(Instance.Peer::priority)
        .findFirst()
        .orElse(0);
  }

  private String reason(Self self, long nowNs) {
    if (source == null) {
      return Reasons.nobody(nowNs - restartedNs, cause);
    }
    if (resigned) {
      return Reasons.resigned(source);
    }
    // Not counted since, or for the length of preempt_delay: it was there until now.
    boolean refused = heardNs > restartedNs || nowNs >= preemptDeadlineNs(self.instance());
    boolean alive = nowNs < heardNs + self.downNs(adverIntervalNs(self));
    return refused && alive && knowsWorse(self)
        ? Reasons.advertised(source, priority, self.priority())
        : Reasons.silent(source, nowNs - heardNs);
  }
}
