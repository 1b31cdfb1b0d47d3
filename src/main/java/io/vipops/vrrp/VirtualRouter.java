package io.vipops.vrrp;

import io.vipops.spec.VirtualAddress;
import java.net.InetAddress;
import java.util.ArrayList;
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
  private Self self;
  private State state = State.INIT;
  private boolean linkUp = true;
  private String linkReason = "";

  public VirtualRouter(Instance instance, Standing standing) {
    self = new Self(instance, standing);
  }

  /** Leaves Init (RFC 9568 §6.4.1), and takes away addresses that an earlier run left behind. */
  public List<Effect> onStart(long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (state != State.INIT) {
      return out;
    }
    if (!canServe()) {
      ActiveDuty.releaseAll(self.instance(), out);
      move(State.FAULT, linkUp ? self.standing().reason() : linkReason, out);
    } else if (self.isOwner() && self.mayBecomeActive()) {
      becomeActive("address owner", nowNs, out);
    } else {
      ActiveDuty.releaseAll(self.instance(), out);
      watch.begin("start", nowNs);
      move(State.BACKUP, "started", out);
    }
    return out;
  }

  /**
   * An advertisement that passed every receive check.
   *
   * @param nowNs when it arrived, which may be a little before the last event's time
   */
  public List<Effect> onAdvertisement(Advertisement advert, InetAddress source, long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (source.equals(self.instance().address())) {
      return out; // our own, looped back, or a node that was given our address
    }
    switch (state) {
      case BACKUP -> {
        watch.hear(self, advert, source, nowNs);
        takeOverIfDue(nowNs, out);
      }
      case ACTIVE -> hearAsActive(advert, source, nowNs, out);
      case INIT, HANDING_OVER, FAULT -> {}
    }
    return out;
  }

  /** A deadline of {@link #nextDeadlineNs} has come, or anything before it: idempotent. */
  public List<Effect> onTimer(long nowNs) {
    List<Effect> out = new ArrayList<>();
    switch (state) {
      case BACKUP -> takeOverIfDue(nowNs, out);
      case ACTIVE -> duty.onTimer(self, nowNs, out);
      case INIT, HANDING_OVER, FAULT -> {}
    }
    return out;
  }

  /** The checks or the operator changed what this node thinks of itself. */
  public List<Effect> onStanding(Standing next, long nowNs) {
    int before = self.priority();
    self = new Self(self.instance(), next);
    List<Effect> out = new ArrayList<>();
    judge(before, nowNs, out);
    return out;
  }

  private void judge(int priorityBefore, long nowNs, List<Effect> out) {
    Standing now = self.standing();
    if (now.fault()) {
      fault(now.reason(), out);
    } else if (state == State.FAULT) {
      recoverIfPossible(now.reason(), nowNs, out);
    } else if (state == State.BACKUP) {
      watch.compare(self, nowNs);
      takeOverIfDue(nowNs, out);
    } else if (state == State.ACTIVE && now.yielding()) {
      leaveActive(out);
      watch.begin("handing over", nowNs);
      move(State.BACKUP, now.reason(), out);
    } else if (state == State.ACTIVE && self.priority() != priorityBefore) {
      duty.advertise(self, nowNs, out);
    }
  }

  /** The interface has carrier and this node's address (back to Backup), or has not (Fault). */
  public List<Effect> onLink(boolean up, String reason, long nowNs) {
    linkUp = up;
    linkReason = reason;
    List<Effect> out = new ArrayList<>();
    if (up) {
      recoverIfPossible(reason, nowNs, out);
    } else {
      fault(reason, out);
    }
    return out;
  }

  /**
   * One of the virtual addresses went from the interface and it was not us: while Active it is put
   * back, unless we were stalled, when somebody else may hold it by now.
   *
   * @param removed compared by its address alone; the kernel may have had it with another prefix
   */
  public List<Effect> onAddressRemoved(VirtualAddress removed, long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (state != State.ACTIVE || duty.stalled(self, nowNs)) {
      return out;
    }
    for (VirtualAddress ours : self.instance().virtualAddresses()) {
      if (ours.prefix().address().equals(removed.prefix().address()) && !isOwnedAddress(ours)) {
        duty.restore(self, ours, nowNs, out);
        out.add(new Effect.Report(ours.prefix() + " was removed by somebody else and is restored"));
      }
    }
    return out;
  }

  /** Adverts were lost in the receive queue: silence proves nothing yet. */
  public void onOverflow(long nowNs) {
    watch.restart(nowNs);
  }

  /**
   * Takes a new configuration into force without leaving the state, together with what the checks
   * make of its base priority: judged by half of a commit, an Active that says what the commit
   * wants of it would look degraded, and lose its VIP past preempt_delay.
   *
   * @throws IllegalArgumentException when its {@link Instance#identity} is another
   */
  public List<Effect> onInstance(Instance next, Standing standing, long nowNs) {
    Self before = self;
    if (!next.identity().equals(before.instance().identity())) {
      throw new IllegalArgumentException(
          before.instance().identity() + " cannot become " + next.identity());
    }
    if (standing.fault() || standing.yielding()) {
      List<Effect> out = onStanding(standing, nowNs); // lets go of what it holds, not of what comes
      self = new Self(next, standing);
      return out;
    }
    self = new Self(next, standing);
    List<Effect> out = new ArrayList<>();
    if (state == State.ACTIVE) {
      duty.change(before.instance(), self, nowNs, out);
    }
    judge(before.priority(), nowNs, out);
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
      case BACKUP -> watch.deadlineNs(self);
      case INIT, HANDING_OVER, FAULT -> Intervals.NEVER;
    };
  }

  public State state() {
    return state;
  }

  public Instance instance() {
    return self.instance();
  }

  public Standing standing() {
    return self.standing();
  }

  /** Address of the node whose adverts this Backup follows; null: none known, or not Backup. */
  public @Nullable InetAddress activePeer() {
    return state == State.BACKUP ? watch.active() : null;
  }

  /** RFC 9568 §6.4.3. */
  private void hearAsActive(
      Advertisement advert, InetAddress source, long nowNs, List<Effect> out) {
    int theirs = advert.priority();
    int ours = self.priority();
    boolean version2 = self.instance().version() == 2;
    if (version2 && self.isOwner()) {
      return; // RFC 3768 §7.1
    }
    if (theirs == 0) {
      duty.advertise(self, nowNs, out);
    } else if (duty.stalled(self, nowNs)) {
      giveWay(advert, source, Reasons.stalled(source, duty.silentNs(nowNs)), nowNs, out);
    } else if (self.losesTo(theirs, source)) {
      String reason =
          theirs == ours ? Reasons.tied(source, theirs) : Reasons.advertised(source, theirs, ours);
      giveWay(advert, source, reason, nowNs, out);
    } else {
      if (!version2) {
        duty.answer(self, nowNs, out);
      }
      if (duty.contest(self, nowNs, out)) {
        out.add(new Effect.Report(Reasons.twoActives(source, theirs, ours)));
      }
    }
  }

  private void giveWay(
      Advertisement advert, InetAddress source, String reason, long nowNs, List<Effect> out) {
    ActiveDuty.releaseAll(self.instance(), out);
    watch.follow(self, advert, source, nowNs);
    move(State.BACKUP, reason, out);
  }

  private void takeOverIfDue(long nowNs, List<Effect> out) {
    String reason = watch.takeOverReason(self, nowNs);
    if (reason != null) {
      becomeActive(reason, nowNs, out);
    }
  }

  private void becomeActive(String reason, long nowNs, List<Effect> out) {
    duty.begin(self, nowNs, out);
    move(State.ACTIVE, reason, out);
  }

  /** Says so first: the successor's Skew_Time runs while the addresses go. */
  private void leaveActive(List<Effect> out) {
    out.add(new Effect.Advertise(0, self.instance().advertInterval()));
    ActiveDuty.releaseAll(self.instance(), out);
  }

  private void fault(String reason, List<Effect> out) {
    if (state == State.ACTIVE) {
      leaveActive(out);
    }
    if (state == State.ACTIVE || state == State.BACKUP) {
      move(State.FAULT, reason, out);
    }
  }

  private void recoverIfPossible(String reason, long nowNs, List<Effect> out) {
    if (state == State.FAULT && canServe()) {
      watch.begin("recovery", nowNs);
      move(State.BACKUP, reason.isEmpty() ? "recovered" : reason, out);
    }
  }

  private boolean canServe() {
    return linkUp && !self.standing().fault();
  }

  private boolean isOwnedAddress(VirtualAddress address) {
    return address.prefix().address().equals(self.instance().address());
  }

  private void move(State to, String reason, List<Effect> out) {
    out.add(new Effect.Transition(state, to, reason));
    state = to;
  }
}
