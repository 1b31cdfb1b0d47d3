package io.vipops.vrrp;

import static io.vipops.vrrp.Intervals.NEVER;
import static io.vipops.vrrp.Intervals.SECOND_NS;

import io.vipops.spec.VirtualAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an Active does by the clock: adverts, the lease of its addresses, gratuitous ARP. */
final class ActiveDuty {
  /** Max Advertise Interval of 1 centisecond (RFC 9568 §5.2.7). */
  private static final long SHORTEST_INTERVAL_NS = SECOND_NS / 100;

  /** How old an advert may be, from its sender's decision to our receive queue. */
  private static final long ON_ITS_WAY_NS = SECOND_NS / 100;

  /** DEFEND_INTERVAL of RFC 5227 §1.1. */
  private static final long DEFEND_NS = 10 * SECOND_NS;

  /** Claims are looked at once a second: so old may be what an Active before us said. */
  private static final long BEFORE_US_NS = 3 * SECOND_NS;

  private long advertAtNs = NEVER;
  private long advertisedNs;

  /** The priority of our last advert, and the last higher one that we said, and when. */
  private int said;

  private int saidHigher;
  private long saidHigherNs;

  /** When an advert that lost is answered; NEVER: none waits for that. */
  private long answerAtNs = NEVER;

  private long heldNs;
  private long renewAtNs = NEVER;
  private final Announcements announcements = new Announcements();
  private long contestedNs = NEVER;
  private @Nullable InetAddress rival;
  private long contests;
  private long begunNs;
  private final Map<InetAddress, Long> defendedNs = new HashMap<>();

  /** Becoming Active: the addresses first, so that who follows the ARP or advert finds them. */
  void begin(Self self, long nowNs, List<Effect> out) {
    contestedNs = NEVER;
    defendedNs.clear();
    said = 0;
    saidHigher = 0;
    begunNs = nowNs;
    reassert(self, nowNs, out);
  }

  /** Puts everything back in its place: the addresses, the neighbours' caches, our claim. */
  private void reassert(Self self, long nowNs, List<Effect> out) {
    holdAll(self.instance(), nowNs, out);
    announcements.begin(self.instance(), nowNs, out);
    advertise(self, nowNs, out);
  }

  /**
   * Sends an advert now and the next one with the clock's next whole interval. So all instances of
   * a host speak at the same time and renew their leases together, and the first interval of a new
   * Active is a shorter one. Leases that end one after the other would end late: having ended one,
   * the kernel looks for others a second later (ADDRCONF_TIMER_FUZZ_MAX).
   */
  void advertise(Self self, long nowNs, List<Effect> out) {
    advertiseBetween(self, nowNs, out);
    advertAtNs = Intervals.nextMultipleNs(nowNs, self.intervalNs());
  }

  /** Sends an advert now and leaves Adver_Timer as it is. */
  void advertiseBetween(Self self, long nowNs, List<Effect> out) {
    if (leaseIsDue(self.instance(), nowNs)) {
      holdAll(self.instance(), nowNs, out);
    }
    if (self.priority() < said) {
      saidHigher = said;
      saidHigherNs = advertisedNs;
    }
    said = self.priority();
    out.add(new Effect.Advertise(said, self.instance().advertInterval()));
    advertisedNs = nowNs;
    answerAtNs = NEVER;
    renewAtNs = nextRenewalNs(self.instance());
  }

  /**
   * Answers an advert that lost, but not a flood of them packet for packet: what comes right after
   * an advert of ours is answered a little later, since its sender may have missed ours.
   */
  void answer(Self self, long nowNs, List<Effect> out) {
    if (silentNs(nowNs) >= SHORTEST_INTERVAL_NS) {
      advertiseBetween(self, nowNs, out);
    } else {
      answerAtNs = advertisedNs + SHORTEST_INTERVAL_NS;
    }
  }

  void onTimer(Self self, long nowNs, List<Effect> out) {
    if (nowNs >= advertAtNs) {
      if (stalled(self, nowNs)) {
        reassert(self, nowNs, out); // the lease may have ended meanwhile
        return;
      }
      advertise(self, nowNs, out);
    }
    if (nowNs >= answerAtNs) {
      advertiseBetween(self, nowNs, out);
    }
    if (nowNs >= renewAtNs) {
      holdAll(self.instance(), nowNs, out);
    }
    announcements.onTimer(self.instance(), nowNs, out);
  }

  /** A whole lease from now. */
  void renew(Self self, long nowNs, List<Effect> out) {
    if (!self.instance().vipLease().isZero()) {
      holdAll(self.instance(), nowNs, out);
    }
  }

  /** Takes a changed configuration: new addresses come before the old ones go. */
  void change(Instance before, Self self, long nowNs, List<Effect> out) {
    Instance next = self.instance();
    List<VirtualAddress> added = new ArrayList<>(next.movedAddresses());
    added.removeAll(before.movedAddresses());
    List<VirtualAddress> gone = gone(before, next);
    boolean leaseChanged = !next.vipLease().equals(before.vipLease());
    if (leaseChanged) {
      holdAll(next, nowNs, out);
    } else {
      hold(next, added, out);
    }
    announcements.change(before.options().garp(), next, added, nowNs, out);
    release(next, gone, out);
    boolean intervalChanged = !next.advertInterval().equals(before.advertInterval());
    if (leaseChanged || intervalChanged || !added.isEmpty() || !gone.isEmpty()) {
      advertise(self, nowNs, out);
    }
  }

  /** Puts one address back, with an advert because no lease may outlive the last one for long. */
  void restore(Self self, VirtualAddress address, long nowNs, List<Effect> out) {
    hold(self.instance(), List.of(address), out);
    out.add(new Effect.Announce(List.of(address)));
    advertiseBetween(self, nowNs, out);
  }

  /**
   * Another Active's advert lost against ours. It announced itself before that advert, so the
   * addresses are announced again: at the first sign, and once more when it should be over.
   *
   * @return whether this is the first sign
   */
  boolean contest(Self self, InetAddress source, long nowNs, List<Effect> out) {
    boolean first = contestedNs == NEVER || nowNs - contestedNs > self.downNs(self.intervalNs());
    contestedNs = nowNs;
    rival = source;
    contests += first ? 1 : 0;
    announcements.dispute(self.instance(), first, nowNs, out);
    return first;
  }

  /**
   * Whether an advert may have crossed one of ours that wins against it: its sender is about to
   * give way, even if we said less since, or priority 0. Were both to give way, nobody would be
   * left.
   */
  boolean crossed(int theirs, long arrivedNs) {
    return (theirs < said && arrivedNs - advertisedNs < ON_ITS_WAY_NS)
        || (theirs < saidHigher && arrivedNs - saidHigherNs < ON_ITS_WAY_NS);
  }

  /** Whether no other Active was heard for as long as one takes to give way. */
  boolean isAlone(Self self, long nowNs) {
    return rival(self, nowNs) == null && nowNs - begunNs > self.downNs(self.intervalNs());
  }

  /** Another Active, whose advert lost against ours and was not the last of it; null: none. */
  @Nullable InetAddress rival(Self self, long nowNs) {
    boolean lately = contestedNs != NEVER && nowNs - contestedNs <= self.downNs(self.intervalNs());
    return lately ? rival : null;
  }

  /** How often another Active turned up. */
  long contests() {
    return contests;
  }

  /**
   * Another host says that it has one of our addresses, without an advert that would do. Defended
   * as RFC 5227 §2.4 (c) has it, at most every ten seconds.
   *
   * @return false: not now, or an Active before us may have said so, and knows better by now
   */
  boolean defend(VirtualAddress address, long nowNs, List<Effect> out) {
    if (nowNs - begunNs < BEFORE_US_NS) {
      return false;
    }
    Long lastNs = defendedNs.get(address.prefix().address());
    if (lastNs != null && nowNs - lastNs < DEFEND_NS) {
      return false;
    }
    defendedNs.put(address.prefix().address(), nowNs);
    out.add(new Effect.Announce(List.of(address)));
    return true;
  }

  /** Whether we were silent for so long that a Backup like us would have taken over. */
  boolean stalled(Self self, long nowNs) {
    return silentNs(nowNs) >= self.downNs(self.intervalNs());
  }

  long silentNs(long nowNs) {
    return nowNs - advertisedNs;
  }

  long deadlineNs() {
    return Math.min(advertDueNs(), Math.min(renewAtNs, announcements.deadlineNs()));
  }

  long advertDueNs() {
    return Math.min(advertAtNs, answerAtNs);
  }

  /** What an Active holds; one effect, or none where it owns all its addresses. */
  static List<Effect.Hold> holdings(Instance instance) {
    List<VirtualAddress> ours = notOwned(instance, instance.movedAddresses());
    return ours.isEmpty() ? List.of() : List.of(new Effect.Hold(ours, instance.vipLease()));
  }

  /** What the one configuration has and the other has not. */
  static void releaseGone(Instance before, Instance next, List<Effect> out) {
    release(before, gone(before, next), out);
  }

  private static List<VirtualAddress> gone(Instance before, Instance next) {
    Set<InetAddress> stay =
        next.movedAddresses().stream().map(a -> a.prefix().address()).collect(Collectors.toSet());
    return before.movedAddresses().stream()
        .filter(a -> !stay.contains(a.prefix().address()))
        .toList();
  }

  /** No longer Active: the addresses go. */
  static void releaseAll(Instance instance, List<Effect> out) {
    release(instance, instance.movedAddresses(), out);
  }

  private void holdAll(Instance instance, long nowNs, List<Effect> out) {
    hold(instance, instance.movedAddresses(), out);
    heldNs = nowNs;
    renewAtNs = nextRenewalNs(instance);
  }

  /**
   * When to renew a lease that may be over before the next advert. Never to an end more than three
   * advert intervals after the last advert: that is the least that a Backup waits.
   */
  private long nextRenewalNs(Instance instance) {
    long leaseNs = instance.vipLease().toNanos();
    long latestNs = advertisedNs + 3 * instance.advertInterval().toNanos() - leaseNs;
    long nextNs = Intervals.nextMultipleNs(heldNs, SECOND_NS);
    return leaseNs == 0 || nextNs > latestNs ? NEVER : nextNs;
  }

  private static void hold(Instance instance, List<VirtualAddress> addresses, List<Effect> out) {
    List<VirtualAddress> ours = notOwned(instance, addresses);
    if (!ours.isEmpty()) {
      out.add(new Effect.Hold(ours, instance.vipLease()));
    }
  }

  private static void release(Instance instance, List<VirtualAddress> addresses, List<Effect> out) {
    List<VirtualAddress> ours = notOwned(instance, addresses);
    if (!ours.isEmpty()) {
      out.add(new Effect.Release(ours));
    }
  }

  /** The address owner's own address belongs to the host: never put there or taken by us. */
  private static List<VirtualAddress> notOwned(Instance instance, List<VirtualAddress> addresses) {
    return addresses.stream()
        .filter(a -> !a.prefix().address().equals(instance.address()))
        .toList();
  }

  /**
   * Once per second of the clock, together with an advert: a killed agent's lease then ends a fixed
   * time after its last advert. Only a lease that is short for its interval is renewed between
   * adverts.
   */
  private boolean leaseIsDue(Instance instance, long nowNs) {
    return !instance.vipLease().isZero() && nowNs >= Intervals.nextMultipleNs(heldNs, SECOND_NS);
  }
}
