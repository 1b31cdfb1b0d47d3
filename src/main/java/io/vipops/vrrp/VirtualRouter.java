package io.vipops.vrrp;

import io.vipops.spec.VirtualAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of one virtual router on one node (RFC 9568 §6.4, RFC 3768 §6.4). Events in,
 * effects out, in the order in which they must be performed; time is an argument ({@code nowNs},
 * from one monotonic clock); no I/O. Not thread-safe: the engine's loop owns it.
 */
public final class VirtualRouter {
  private final ActiveWatch watch = new ActiveWatch();
  private final ActiveDuty duty = new ActiveDuty();
  private Instance instance;
  private Standing standing;
  private State state = State.INIT;
  private boolean linkUp = true;
  private String linkReason = "";

  public VirtualRouter(Instance instance, Standing standing) {
    this.instance = instance;
    this.standing = standing;
  }

  /** Leaves Init (RFC 9568 §6.4.1), and takes away addresses that an earlier run left behind. */
  public List<Effect> onStart(long nowNs) {
    if (state != State.INIT) {
      return List.of();
    }
    List<Effect> out = new ArrayList<>();
    if (!canServe()) {
      ActiveDuty.release(instance, instance.virtualAddresses(), out);
      move(State.FAULT, faultReason(), out);
    } else if (isOwner() && mayBecomeActive()) {
      becomeActive("address owner", nowNs, out);
    } else {
      ActiveDuty.release(instance, instance.virtualAddresses(), out);
      becomeBackup("start", "started", nowNs, out);
    }
    return out;
  }

  /**
   * An advertisement that passed every receive check.
   *
   * @param nowNs when it arrived, which may be a little before the last event's time
   */
  public List<Effect> onAdvertisement(Advertisement advert, InetAddress source, long nowNs) {
    if (source.equals(instance.address())) {
      return List.of(); // our own, looped back, or a node that was given our address
    }
    List<Effect> out = new ArrayList<>();
    switch (state) {
      case BACKUP -> hearAsBackup(advert, source, nowNs, out);
      case ACTIVE -> hearAsActive(advert, source, nowNs, out);
      case INIT, HANDING_OVER, FAULT -> {}
    }
    return out;
  }

  /** A deadline of {@link #nextDeadlineNs} has come, or anything before it: idempotent. */
  public List<Effect> onTimer(long nowNs) {
    List<Effect> out = new ArrayList<>();
    switch (state) {
      case BACKUP -> stopWaitingIfDue(nowNs, out);
      case ACTIVE -> duty.onTimer(instance, priority(), nowNs, out);
      case INIT, HANDING_OVER, FAULT -> {}
    }
    return out;
  }

  /** The checks or the operator changed what this node thinks of itself. */
  public List<Effect> onStanding(Standing next, long nowNs) {
    int before = priority();
    standing = next;
    List<Effect> out = new ArrayList<>();
    switch (state) {
      case INIT, HANDING_OVER -> {}
      case FAULT -> recoverIfPossible(next.reason(), nowNs, out);
      case BACKUP -> {
        if (next.fault()) {
          move(State.FAULT, faultReason(), out);
        } else {
          watch.better(isBetterThanActive(), nowNs);
          stopWaitingIfDue(nowNs, out);
        }
      }
      case ACTIVE -> {
        if (next.fault()) {
          leaveActive(out);
          move(State.FAULT, faultReason(), out);
        } else if (next.yielding()) {
          leaveActive(out);
          becomeBackup("handing over", next.reason(), nowNs, out);
        } else if (priority() != before) {
          duty.advertise(instance, priority(), nowNs, out);
        }
      }
    }
    return out;
  }

  /** The interface has carrier and this node's address (back to Backup), or has not (Fault). */
  public List<Effect> onLink(boolean up, String reason, long nowNs) {
    linkUp = up;
    linkReason = reason;
    List<Effect> out = new ArrayList<>();
    if (up) {
      recoverIfPossible(reason, nowNs, out);
    } else if (state == State.ACTIVE) {
      leaveActive(out);
      move(State.FAULT, reason, out);
    } else if (state == State.BACKUP) {
      move(State.FAULT, reason, out);
    }
    return out;
  }

  /**
   * One of the virtual addresses went from the interface and it was not us: while Active it is put
   * back, unless we were stalled, when somebody else may hold it by now.
   */
  public List<Effect> onAddressRemoved(VirtualAddress address, long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (state == State.ACTIVE
        && instance.virtualAddresses().contains(address)
        && !duty.stalled(instance, priority(), nowNs)) {
      duty.restore(instance, address, priority(), nowNs, out);
      out.add(
          new Effect.Report(address.prefix() + " was removed by somebody else and is restored"));
    }
    return out;
  }

  /** Adverts were lost in the receive queue: silence proves nothing yet. */
  public void onOverflow(long nowNs) {
    if (state == State.BACKUP) {
      watch.restart(nowNs);
    }
  }

  /**
   * Takes a new configuration into force without leaving the state. What the checks make of a new
   * base priority comes by {@link #onStanding}.
   *
   * @throws IllegalArgumentException when its {@link Instance#identity} is another
   */
  public List<Effect> onInstance(Instance next, long nowNs) {
    if (!next.identity().equals(instance.identity())) {
      throw new IllegalArgumentException(instance.identity() + " cannot become " + next.identity());
    }
    Instance before = instance;
    instance = next;
    List<Effect> out = new ArrayList<>();
    switch (state) {
      case ACTIVE -> duty.change(before, next, priority(), nowNs, out);
      case BACKUP -> {
        watch.better(isBetterThanActive(), nowNs);
        stopWaitingIfDue(nowNs, out);
      }
      case INIT, HANDING_OVER, FAULT -> {}
    }
    return out;
  }

  /** The agent stops or the instance is removed: hands over, back to Init. */
  public List<Effect> onStop(String reason, long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (state == State.ACTIVE) {
      leaveActive(out);
    }
    if (state != State.INIT) {
      move(State.INIT, reason, out);
    }
    return out;
  }

  /** When {@link #onTimer} must be called next; {@link Long#MAX_VALUE}: never. */
  public long nextDeadlineNs() {
    return switch (state) {
      case ACTIVE -> duty.deadlineNs();
      case BACKUP ->
          mayBecomeActive()
              ? Math.min(
                  watch.downDeadlineNs(instance, priority()), watch.preemptDeadlineNs(instance))
              : Intervals.NEVER;
      case INIT, HANDING_OVER, FAULT -> Intervals.NEVER;
    };
  }

  public State state() {
    return state;
  }

  public Instance instance() {
    return instance;
  }

  public Standing standing() {
    return standing;
  }

  /** Address of the node whose adverts this Backup follows; null: none known, or not Backup. */
  public @Nullable InetAddress activePeer() {
    return state == State.BACKUP ? watch.active() : null;
  }

  // Backup, RFC 9568 §6.4.2

  private void hearAsBackup(
      Advertisement advert, InetAddress source, long nowNs, List<Effect> out) {
    if (advert.priority() == 0) {
      watch.resign(source, nowNs);
      return;
    }
    watch.heard(source, advert.priority(), nowNs);
    boolean worse = advert.priority() < priority();
    watch.better(isBetterThanActive(), nowNs);
    if (takesOverAtOnce(nowNs)) {
      stopWaitingIfDue(nowNs, out);
    } else if (!worse || !instance.preempt() || !instance.preemptDelay().isZero()) {
      watch.accept(advert, nowNs);
    }
    // Else it is discarded: the timer runs out within one down interval, and that preempts.
  }

  private void stopWaitingIfDue(long nowNs, List<Effect> out) {
    if (takesOverAtOnce(nowNs)) {
      becomeActive(atOnceReason(nowNs), nowNs, out);
    } else if (mayBecomeActive() && nowNs >= watch.downDeadlineNs(instance, priority())) {
      becomeActive(watch.reason(instance, priority(), nowNs), nowNs, out);
    }
  }

  private boolean takesOverAtOnce(long nowNs) {
    return mayBecomeActive()
        && (isOwner() || outranksDegraded() || nowNs >= watch.preemptDeadlineNs(instance));
  }

  private String atOnceReason(long nowNs) {
    if (isOwner()) {
      return "address owner";
    }
    return outranksDegraded()
        ? watch.degradedReason(instance, priority())
        : watch.reason(instance, priority(), nowNs);
  }

  /**
   * The Active's own checks fail and we are better: neither preempt_delay nor, while we are whole,
   * {@code preempt: false} was meant to keep a node that does not work.
   */
  private boolean outranksDegraded() {
    return watch.knowsWorse(priority())
        && watch.degradedFrom(instance) > 0
        && (instance.preempt() || !standing.degraded());
  }

  private boolean isBetterThanActive() {
    return mayBecomeActive() && watch.knowsWorse(priority());
  }

  // Active, RFC 9568 §6.4.3

  private void hearAsActive(
      Advertisement advert, InetAddress source, long nowNs, List<Effect> out) {
    boolean version2 = instance.version() == 2;
    if (version2 && isOwner()) {
      return; // RFC 3768 §7.1
    }
    int theirs = advert.priority();
    if (theirs == 0) {
      duty.advertise(instance, priority(), nowNs, out);
    } else if (duty.stalled(instance, priority(), nowNs)) {
      obey(advert, source, Reasons.stalled(source, duty.silentNs(nowNs)), nowNs, out);
    } else if (wins(theirs, source)) {
      String reason =
          theirs == priority()
              ? Reasons.tied(source, theirs)
              : Reasons.advertised(source, theirs, priority());
      obey(advert, source, reason, nowNs, out);
    } else {
      if (!version2) {
        duty.advertiseBetween(instance, priority(), nowNs, out);
      }
      if (duty.contest(instance, priority(), nowNs, out)) {
        out.add(new Effect.Report(Reasons.twoActives(source, theirs, priority())));
      }
    }
  }

  private boolean wins(int theirs, InetAddress source) {
    return theirs > priority()
        || (theirs == priority()
            && Arrays.compareUnsigned(source.getAddress(), instance.address().getAddress()) > 0);
  }

  private void obey(
      Advertisement advert, InetAddress source, String reason, long nowNs, List<Effect> out) {
    ActiveDuty.release(instance, instance.virtualAddresses(), out);
    becomeBackup("giving way", reason, nowNs, out);
    watch.heard(source, advert.priority(), nowNs);
    watch.accept(advert, nowNs);
    watch.better(isBetterThanActive(), nowNs);
  }

  // Transitions

  private void becomeActive(String reason, long nowNs, List<Effect> out) {
    duty.begin(instance, priority(), nowNs, out);
    move(State.ACTIVE, reason, out);
  }

  private void becomeBackup(String cause, String reason, long nowNs, List<Effect> out) {
    watch.begin(cause, nowNs);
    move(State.BACKUP, reason, out);
  }

  /** Says so first: the successor's skew runs while the addresses go. */
  private void leaveActive(List<Effect> out) {
    out.add(new Effect.Advertise(0, instance.advertInterval()));
    ActiveDuty.release(instance, instance.virtualAddresses(), out);
  }

  private void recoverIfPossible(String reason, long nowNs, List<Effect> out) {
    if (state == State.FAULT && canServe()) {
      becomeBackup("recovery", reason.isEmpty() ? "recovered" : reason, nowNs, out);
    }
  }

  private void move(State to, String reason, List<Effect> out) {
    out.add(new Effect.Transition(state, to, reason));
    state = to;
  }

  private boolean canServe() {
    return linkUp && !standing.fault();
  }

  private String faultReason() {
    return linkUp ? standing.reason() : linkReason;
  }

  /** An owner's address answers from here whatever we say, so it does not wait to be ready. */
  private boolean mayBecomeActive() {
    return !standing.yielding() && (standing.ready() || isOwner());
  }

  private boolean isOwner() {
    return standing.effectivePriority() == 255;
  }

  /** What adverts say. A weight never makes it 0, which would mean giving up. */
  private int priority() {
    return Math.max(1, Math.min(255, standing.effectivePriority()));
  }
}
