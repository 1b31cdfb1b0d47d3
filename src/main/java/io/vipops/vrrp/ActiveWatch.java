package io.vipops.vrrp;

import static io.vipops.vrrp.Intervals.NEVER;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a Backup knows of the Active, and when it stops waiting for it (RFC 9568 §6.4.2). Deadlines
 * are derived, not stored: a changed priority or configuration moves them at once.
 */
final class ActiveWatch {
  /**
   * Why to become Active now.
   *
   * @param forced whether the Active before spoke until now
   * @param resigned whether its last word was priority 0
   */
  record TakeOver(String reason, boolean forced, boolean resigned) {
    private TakeOver(String reason, boolean forced) {
      this(reason, forced, false);
    }
  }

  private final Damping damping;
  private final Senders senders = new Senders();
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

  ActiveWatch(Damping damping) {
    this.damping = damping;
  }

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
    if (source != null && !source.equals(from) && !resigned && alive(self, nowNs)) {
      damping.moved(self.standing(), false, nowNs);
    }
    heard(self, advert, from, nowNs);
    if (resigned) {
      restartedNs = nowNs; // Skew_Time from here
    } else if (!refuses(self, nowNs)) {
      accept(advert, nowNs);
    }
  }

  /**
   * An advert came for another instance of the sync group, all of which an Active holds: it lives,
   * even if nothing of it comes through here. A worse one's counts no more than it would here.
   */
  void hearMember(Self self, Overheard heard, long nowNs) {
    Instance instance = self.instance();
    boolean preempts = instance.preempt() && instance.preemptDelay().isZero();
    boolean worse = heard.priority() < self.priority() && preempts && !failsAlike(self);
    if (!resigned && !worse && !heard.degraded()) {
      restartedNs = nowNs;
    }
  }

  /** Whether the advert of a worse Active does not count (RFC 9568 §6.4.2, 490). */
  private boolean refuses(Self self, long nowNs) {
    Instance instance = self.instance();
    boolean preempts = instance.preempt() && instance.preemptDelay().isZero();
    return preempts
        && priority < self.priority()
        && !failsAlike(self)
        && (!self.mayBecomeActive() || mayForce(self, nowNs));
  }

  private void heard(Self self, Advertisement advert, InetAddress from, long nowNs) {
    source = from;
    priority = advert.priority();
    heardNs = nowNs;
    resigned = priority == 0;
    senders.hear(self.instance(), from, priority);
    if (!resigned && priority < senders.basePriority(self.instance(), from)) {
      damping.peerFails(nowNs);
    }
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

  /** Whether and why to become Active now; null: not yet. */
  @Nullable TakeOver takeOver(Self self, long nowNs) {
    if (nowNs < deadlineNs(self)) {
      return null;
    }
    if (self.isOwner()) {
      return new TakeOver("address owner", false);
    }
    if (source != null && replacesDegraded(self) && mayForce(self, nowNs)) {
      int base = senders.basePriority(self.instance(), source);
      return new TakeOver(Reasons.degraded(source, priority, base, self.priority()), true);
    }
    if (nowNs < waitDeadlineNs(self)) {
      return null;
    }
    if (source == null || resigned) {
      String reason =
          source == null ? Reasons.nobody(nowNs - restartedNs, cause) : Reasons.resigned(source);
      return new TakeOver(reason, source != null, resigned);
    }
    // Not counted since, or for the length of preempt_delay: it was there until now.
    boolean refused = heardNs > restartedNs || nowNs >= preemptDeadlineNs(self.instance());
    if (!refused || !alive(self, nowNs)) {
      return new TakeOver(Reasons.silent(source, nowNs - heardNs), false);
    }
    if (!knowsWorse(self) || failsAlike(self) || !mayForce(self, nowNs)) {
      restartedNs = heardNs;
      return null;
    }
    return new TakeOver(Reasons.advertised(source, priority, self.priority()), true);
  }

  /** When {@link #takeOver} has to be asked next; {@link Intervals#NEVER}: not by time. */
  long deadlineNs(Self self) {
    if (!self.mayBecomeActive()) {
      return NEVER;
    } else if (self.isOwner()) {
      return restartedNs;
    }
    long waitNs = waitDeadlineNs(self);
    return replacesDegraded(self) ? Math.min(waitNs, damping.endOfHoldNs(heardNs)) : waitNs;
  }

  private long waitDeadlineNs(Self self) {
    long preemptNs = failsAlike(self) ? NEVER : preemptDeadlineNs(self.instance());
    return Math.min(downDeadlineNs(self), preemptNs);
  }

  /**
   * When a node in Fault has to serve after all, because nobody does: later than every node that
   * can serve would have taken over, and the better its base priority the earlier. It needs no word
   * from others but their adverts: a peer that is off is as silent as one in Fault.
   */
  long lastResortDeadlineNs(Self self) {
    Instance instance = self.instance();
    long intervalNs = adverIntervalNs(self);
    return restartedNs
        + self.downNs(intervalNs) // of priority 1, the longest there is
        + Intervals.skewNs(instance.version(), instance.priority(), intervalNs);
  }

  /** Why to serve in Fault now; null: not yet. */
  @Nullable String lastResortReason(Self self, long nowNs) {
    if (nowNs < lastResortDeadlineNs(self)) {
      return null;
    }
    String nobody =
        source == null
            ? Reasons.nobody(nowNs - restartedNs, cause)
            : Reasons.silent(source, nowNs - heardNs);
    return Reasons.lastResort(nobody, self.standing());
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
    if (!counts) {
      return NEVER;
    }
    return damping.endOfHoldNs(betterSinceNs + delayNs);
  }

  private boolean mayForce(Self self, long nowNs) {
    return damping.allows(self.standing(), replacesDegraded(self), nowNs);
  }

  private boolean alive(Self self, long nowNs) {
    return nowNs < heardNs + self.downNs(adverIntervalNs(self));
  }

  private boolean knowsWorse(Self self) {
    return source != null && !resigned && priority < self.priority();
  }

  /**
   * Whether a worse Active is to be replaced because its own checks fail. Neither preempt_delay
   * nor, while we are whole, {@code preempt: false} was meant to keep a node that does not work.
   */
  boolean replacesDegraded(Self self) {
    return source != null
        && knowsWorse(self)
        && priority < senders.basePriority(self.instance(), source)
        && (self.instance().preempt() || !self.standing().degraded())
        && !failsAlike(self);
  }

  /**
   * Whether our own checks fail too and take no less from us than the Active's from it: most often
   * the same thing fails for both, a move would mend nothing, and soon there would be one back.
   */
  private boolean failsAlike(Self self) {
    if (source == null || self.shortfall() == 0) {
      return false;
    }
    int theirs = senders.basePriority(self.instance(), source) - priority;
    return theirs > 0 && self.shortfall() >= theirs;
  }
}
