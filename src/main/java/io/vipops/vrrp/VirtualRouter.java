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
public class VirtualRouter {
  private final Damping damping = new Damping();
  private final ActiveWatch watch = new ActiveWatch(damping);
  private final ActiveDuty duty = new ActiveDuty();
  private final HandOver handOver = new HandOver();
  private final Fights fights = new Fights();
  private Self self;

  /** Where our adverts come from. */
  private InetAddress ownSource;

  private State state = State.INIT;
  private boolean linkUp = true;
  private String linkReason = "";

  public VirtualRouter(Instance instance, Standing standing) {
    self = new Self(instance, standing);
    ownSource = instance.address();
  }

  /**
   * Our adverts come from {@code source} from now on: over IPv6 that is the interface's link-local
   * address, which breaks ties there.
   */
  public void onSource(InetAddress source) {
    ownSource = source;
  }

  /** Leaves Init (RFC 9568 §6.4.1), and takes away addresses that an earlier run left behind. */
  public List<Effect> onStart(long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (state != State.INIT) {
      return out;
    }
    if (!canServe()) {
      ActiveDuty.releaseAll(self.instance(), out);
      watch.begin("start", nowNs);
      move(State.FAULT, linkUp ? self.standing().reason() : linkReason, out);
    } else if (self.isOwner() && self.mayBecomeActive() && !self.follows()) {
      becomeActive("address owner", nowNs, out);
    } else {
      ActiveDuty.releaseAll(self.instance(), out);
      watch.begin("start", nowNs);
      move(State.BACKUP, "started", out);
    }
    follow(nowNs, out);
    return out;
  }

  /**
   * An advertisement that passed every receive check. A Backup takes note of it: whether to take
   * over is for {@link #onTimer}, once all that waits is heard.
   *
   * @param arrivedNs when it arrived: long before {@code nowNs} where the host was held up
   */
  public List<Effect> onAdvertisement(
      Advertisement advert, InetAddress source, long arrivedNs, long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (source.equals(ownSource)) {
      return out; // our own, looped back, or a node that was given our address
    }
    switch (state) {
      case BACKUP, FAULT -> {
        watch.hear(self, advert, source, arrivedNs);
        reportHold(out);
      }
      case ACTIVE -> hearAsActive(advert, source, arrivedNs, nowNs, out);
      case HANDING_OVER -> hearSuccessor(advert.priority(), source, arrivedNs);
      case INIT -> {}
    }
    return out;
  }

  /** What an advertisement that this follower has just heard means to the first of its group. */
  public Overheard overheard(Advertisement advert, InetAddress source) {
    int theirs = advert.priority();
    boolean tieLost = theirs == self.priority() && self.losesTo(theirs, source, ownSource);
    boolean degraded = state == State.BACKUP && watch.replacesDegraded(self);
    return new Overheard(self.instance().name(), theirs, source, tieLost, degraded);
  }

  /**
   * An instance that follows this one heard an advertisement. Who sends it is Active for the group:
   * it counts here as far as priorities tell, for nothing else of it is this instance's. Who gives
   * way to it does not say priority 0: that would call others of this LAN to what one of them has.
   */
  public List<Effect> onMemberAdvertisement(Overheard heard, long arrivedNs, long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (heard.priority() == 0) {
      return out; // it says so here, too, or does not mean this instance
    }
    switch (state) {
      case BACKUP, FAULT -> watch.hearMember(self, heard, arrivedNs);
      case ACTIVE -> {
        boolean stalled = duty.stalled(self, nowNs);
        if (stalled || losesTo(heard, arrivedNs, nowNs)) {
          damping.moved(self.standing(), false, nowNs);
          ActiveDuty.releaseAll(self.instance(), out);
          watch.begin("another Active of the sync group", nowNs);
          String reason =
              stalled
                  ? Reasons.stalled(heard.source(), duty.silentNs(nowNs))
                  : Reasons.overheard(heard, self.priority());
          move(canServe() ? State.BACKUP : State.FAULT, reason, out);
        }
      }
      case HANDING_OVER -> hearSuccessor(heard.priority(), heard.source(), arrivedNs);
      case INIT -> {}
    }
    return out;
  }

  /** A tie is this LAN's to break, unless nobody was heard on it for as long as that may take. */
  private boolean losesTo(Overheard heard, long arrivedNs, long nowNs) {
    int ours = self.priority();
    boolean tie = heard.priority() == ours && heard.tieLost();
    return (heard.priority() > ours || (tie && duty.isAlone(self, nowNs)))
        && !duty.crossed(heard.priority(), arrivedNs);
  }

  private void hearSuccessor(int priority, InetAddress source, long arrivedNs) {
    if (!duty.crossed(priority, arrivedNs)) {
      handOver.hear(priority, source, arrivedNs);
    }
  }

  /** A deadline of {@link #nextDeadlineNs} has come, or anything before it: idempotent. */
  public List<Effect> onTimer(long nowNs) {
    List<Effect> out = new ArrayList<>();
    switch (state) {
      case BACKUP -> takeOverIfDue(nowNs, out);
      case ACTIVE -> duty.onTimer(self, nowNs, out);
      case HANDING_OVER -> endHandOver(nowNs, out);
      case FAULT -> serveIfNobodyDoes(nowNs, out);
      case INIT -> {}
    }
    return out;
  }

  /** The checks or the operator changed what this node thinks of itself. */
  public List<Effect> onStanding(Standing next, long nowNs) {
    List<Effect> out = new ArrayList<>();
    stand(next, nowNs, out);
    return out;
  }

  private void stand(Standing next, long nowNs, List<Effect> out) {
    Self before = self;
    self = new Self(self.instance(), next);
    judge(before, nowNs, out);
  }

  private void judge(Self before, long nowNs, List<Effect> out) {
    Standing now = self.standing();
    damping.own(before.standing(), nowNs);
    damping.own(now, nowNs);
    if (self.follows()) {
      if (state == State.ACTIVE && self.priority() != before.priority()) {
        duty.advertise(self, nowNs, out);
      }
      follow(nowNs, out);
    } else if (state == State.HANDING_OVER && before.follows()) {
      letGo(now.reason(), nowNs, out); // the one that knew to whom is gone
    } else if (now.fault()) {
      failed(before, nowNs, out);
    } else if (state == State.FAULT || state == State.BACKUP) {
      watch.compare(self, nowNs);
      recoverIfPossible(now.reason(), nowNs, out);
    } else if (state == State.ACTIVE && now.yielding()) {
      leaveActive(out);
      watch.begin("handing over", nowNs);
      move(State.BACKUP, now.reason(), out);
    } else if (state == State.ACTIVE && self.priority() != before.priority()) {
      duty.advertise(self, nowNs, out);
    }
  }

  /** Comes to the state of the first of the sync group, as far as its own link lets it. */
  private void follow(long nowNs, List<Effect> out) {
    State lead = self.standing().lead();
    String reason = self.standing().reason();
    if (lead == null || lead == state || state == State.INIT) {
      return;
    }
    if (lead == State.ACTIVE) {
      if (linkUp) {
        becomeActive(reason, nowNs, out);
      }
    } else if (lead == State.HANDING_OVER) {
      if (state == State.ACTIVE) {
        out.add(new Effect.Advertise(0, self.instance().advertInterval()));
        duty.renew(self, nowNs, out);
        move(State.HANDING_OVER, reason, out);
      }
    } else {
      followDown(lead == State.FAULT || !linkUp ? State.FAULT : State.BACKUP, reason, nowNs, out);
    }
  }

  private void followDown(State to, String reason, long nowNs, List<Effect> out) {
    if (to == state) {
      return;
    }
    if (state == State.ACTIVE) {
      leaveActive(out);
    } else if (state == State.HANDING_OVER) {
      ActiveDuty.releaseAll(self.instance(), out);
    }
    watch.begin("following", nowNs);
    move(to, reason, out);
  }

  /**
   * A check of weight 0 fails. A Backup is out. An Active gives its addresses to whoever can serve,
   * and keeps them if nobody comes: an address that does not work well is better than none. It does
   * not even ask where nobody is configured, or nobody came a short while ago, or the addresses
   * moved too often: at priority 1 whoever can serve may take over at any time.
   */
  private void failed(Self before, long nowNs, List<Effect> out) {
    Standing now = self.standing();
    if (state == State.BACKUP) {
      move(State.FAULT, now.reason(), out);
    } else if (state == State.ACTIVE && !self.mayBeLastResort()) {
      fault(now.reason(), nowNs, out);
    } else if (state == State.ACTIVE && !before.standing().fault()) {
      String why = staysBecause(nowNs);
      if (why == null) {
        out.add(new Effect.Advertise(0, self.instance().advertInterval()));
        duty.renew(self, nowNs, out);
        handOver.begin(self, nowNs);
        move(State.HANDING_OVER, now.reason(), out);
      } else {
        duty.advertise(self, nowNs, out);
        out.add(new Effect.Report(Reasons.staysActive(why, now)));
      }
    }
  }

  private @Nullable String staysBecause(long nowNs) {
    if (self.instance().peers().isEmpty()) {
      return "no other node is configured";
    }
    if (handOver.wasUnanswered(nowNs)) {
      return "nobody took over a short while ago";
    }
    return damping.leavesItToOthers(nowNs) ? "the addresses moved twice within a minute" : null;
  }

  private void endHandOver(long nowNs, List<Effect> out) {
    if (self.follows() || !handOver.due(nowNs)) {
      return;
    }
    Standing now = self.standing();
    InetAddress successor = handOver.successor();
    if (successor != null) {
      damping.moved(self.standing(), false, nowNs);
      letGo(Reasons.handedOver(successor, now.reason()), nowNs, out);
    } else if (now.yielding()) {
      letGo(now.reason(), nowNs, out);
    } else {
      handOver.unanswered(nowNs);
      becomeActive(Reasons.nobodyCame(handOver.lastedNs(nowNs), now), nowNs, out);
    }
  }

  /** What is held is let go without another word. */
  private void letGo(String reason, long nowNs, List<Effect> out) {
    ActiveDuty.releaseAll(self.instance(), out);
    watch.begin("handing over", nowNs);
    move(canServe() ? State.BACKUP : State.FAULT, reason, out);
  }

  private void serveIfNobodyDoes(long nowNs, List<Effect> out) {
    String reason = mayBeLastResort() ? watch.lastResortReason(self, nowNs) : null;
    if (reason != null) {
      becomeActive(reason, nowNs, out);
    }
  }

  private boolean mayBeLastResort() {
    return linkUp && self.mayBeLastResort() && !self.follows();
  }

  /** The interface has carrier and this node's address (back to Backup), or has not (Fault). */
  public List<Effect> onLink(boolean up, String reason, long nowNs) {
    linkUp = up;
    linkReason = reason;
    List<Effect> out = new ArrayList<>();
    if (up) {
      if (state == State.FAULT) {
        watch.begin("recovery", nowNs); // nothing was heard
      }
      recoverIfPossible(reason, nowNs, out);
    } else {
      fault(reason, nowNs, out);
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
    for (VirtualAddress ours : self.instance().movedAddresses()) {
      if (ours.prefix().address().equals(removed.prefix().address()) && !isOwnedAddress(ours)) {
        duty.restore(self, ours, nowNs, out);
        boolean fight = fights.removed(ours.prefix().address(), nowNs);
        out.add(
            new Effect.Report(
                fight ? Reasons.fight(self.instance(), ours) : Reasons.removed(ours)));
      }
    }
    return out;
  }

  /** Another host on the LAN says that it has an address, by ARP or Neighbor Advertisement. */
  public List<Effect> onClaim(Claim claim, long nowNs) {
    List<Effect> out = new ArrayList<>();
    for (VirtualAddress ours : self.instance().movedAddresses()) {
      if (state == State.ACTIVE
          && ours.prefix().address().equals(claim.address())
          && duty.defend(ours, nowNs, out)) {
        out.add(new Effect.Report(Reasons.claimed(ours, claim)));
      }
    }
    return out;
  }

  /**
   * The host slept, clocks and all: its timers know nothing of that, nor does the kernel's lease.
   * Who slept through a down interval has been replaced, and says nothing before it has listened.
   *
   * @param sleptNs how long
   */
  public List<Effect> onSuspended(long sleptNs, long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (self.follows()) {
      return out;
    }
    boolean holds = state == State.ACTIVE || state == State.HANDING_OVER;
    long silentNs = sleptNs + duty.silentNs(nowNs);
    if (holds && silentNs >= self.downNs(self.intervalNs())) {
      ActiveDuty.releaseAll(self.instance(), out);
      watch.begin("a suspend", nowNs);
      move(canServe() ? State.BACKUP : State.FAULT, Reasons.suspended(sleptNs), out);
    } else if (!holds) {
      watch.restart(nowNs);
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
    List<Effect> out = new ArrayList<>();
    if (standing.yielding()) {
      stand(standing, nowNs, out); // lets go of what it holds, not of what comes
    }
    if (state == State.HANDING_OVER && !self.follows()) {
      letGo(self.standing().reason(), nowNs, out);
    }
    self = new Self(next, standing);
    if (state == State.HANDING_OVER) {
      ActiveDuty.releaseGone(before.instance(), next, out);
    }
    if (state == State.ACTIVE) {
      duty.change(before.instance(), self, nowNs, out);
    }
    judge(before, nowNs, out);
    return out;
  }

  /** The agent stops or the instance is removed: hands over, back to Init. */
  public List<Effect> onStop(String reason, long nowNs) {
    List<Effect> out = new ArrayList<>();
    if (state == State.ACTIVE) {
      leaveActive(out);
    } else if (state == State.HANDING_OVER) {
      ActiveDuty.releaseAll(self.instance(), out);
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
      case BACKUP -> self.follows() ? Intervals.NEVER : watch.deadlineNs(self);
      case HANDING_OVER -> self.follows() ? Intervals.NEVER : handOver.deadlineNs();
      case FAULT -> mayBeLastResort() ? watch.lastResortDeadlineNs(self) : Intervals.NEVER;
      case INIT -> Intervals.NEVER;
    };
  }

  /** When the advert is due that the next {@link #onTimer} may ask for. */
  public long advertDueNs() {
    return state == State.ACTIVE ? duty.advertDueNs() : nextDeadlineNs();
  }

  /** Whether it is Active and spoke so lately that nobody can have replaced it. */
  public boolean mayGoOn(long nowNs) {
    return state == State.ACTIVE && !duty.stalled(self, nowNs);
  }

  /** What it would hold as Active: a group can be sure of all before any of it speaks. */
  public List<Effect.Hold> holdings() {
    return ActiveDuty.holdings(self.instance());
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

  /** What it says, or would say, in its adverts: 1-255. */
  public int priority() {
    return self.priority();
  }

  /** Address of the node whose adverts this Backup follows; null: none known, or not Backup. */
  public @Nullable InetAddress activePeer() {
    return state == State.BACKUP ? watch.active() : null;
  }

  /** Who else is Active, while this one is; null: nobody was heard lately. */
  public @Nullable InetAddress rival(long nowNs) {
    return state == State.ACTIVE ? duty.rival(self, nowNs) : null;
  }

  /** How often another Active turned up while this one was Active. */
  public long contests() {
    return duty.contests();
  }

  /** RFC 9568 §6.4.3. */
  private void hearAsActive(
      Advertisement advert, InetAddress source, long arrivedNs, long nowNs, List<Effect> out) {
    int theirs = advert.priority();
    int ours = self.priority();
    if (self.instance().version() == 2 && self.isOwner()) {
      return; // RFC 3768 §7.1
    }
    if (theirs == 0) {
      duty.advertise(self, nowNs, out);
    } else if (self.follows() && (duty.stalled(self, nowNs) || theirs > ours)) {
      return; // the first of the sync group is told, and gives way for all
    } else if (!self.follows() && duty.stalled(self, nowNs)) {
      giveWay(advert, source, Reasons.stalled(source, duty.silentNs(nowNs)), arrivedNs, out);
    } else if (!self.follows()
        && self.losesTo(theirs, source, ownSource)
        && !duty.crossed(theirs, arrivedNs)) {
      String reason =
          theirs == ours ? Reasons.tied(source, theirs) : Reasons.advertised(source, theirs, ours);
      if (duty.rival(self, nowNs) == null) {
        damping.moved(self.standing(), false, nowNs); // else that counts as one already
      }
      giveWay(advert, source, reason, arrivedNs, out);
    } else {
      // RFC 3768 would have the other one wait for our next. What crossed ours is answered in turn.
      duty.answer(self, nowNs, out);
      if (duty.contest(self, source, nowNs, out)) {
        damping.moved(self.standing(), false, nowNs);
        out.add(new Effect.Report(Reasons.twoActives(source, theirs, ours)));
      }
    }
  }

  private void giveWay(
      Advertisement advert, InetAddress source, String reason, long arrivedNs, List<Effect> out) {
    ActiveDuty.releaseAll(self.instance(), out);
    watch.follow(self, advert, source, arrivedNs);
    move(canServe() ? State.BACKUP : State.FAULT, reason, out);
  }

  private void takeOverIfDue(long nowNs, List<Effect> out) {
    if (self.follows()) {
      return;
    }
    ActiveWatch.TakeOver takeOver = watch.takeOver(self, nowNs);
    if (takeOver != null) {
      if (takeOver.forced()) {
        damping.moved(self.standing(), takeOver.resigned(), nowNs);
      }
      becomeActive(takeOver.reason(), nowNs, out);
    }
    reportHold(out);
  }

  private void reportHold(List<Effect> out) {
    String report = damping.takeReport();
    if (report != null) {
      out.add(new Effect.Report(report));
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

  private void fault(String reason, long nowNs, List<Effect> out) {
    if (state == State.INIT || state == State.FAULT) {
      return;
    }
    if (state == State.ACTIVE) {
      leaveActive(out);
    } else if (state == State.HANDING_OVER) {
      ActiveDuty.releaseAll(self.instance(), out);
    }
    watch.begin("a fault", nowNs);
    move(State.FAULT, reason, out);
  }

  private void recoverIfPossible(String reason, long nowNs, List<Effect> out) {
    if (self.follows()) {
      follow(nowNs, out);
    } else if (state == State.FAULT && canServe()) {
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
