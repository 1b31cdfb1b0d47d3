package io.vipops.vrrp;

import static io.vipops.vrrp.Intervals.NEVER;
import static io.vipops.vrrp.Intervals.SECOND_NS;

import io.vipops.spec.VirtualAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What an Active does by the clock: adverts, the lease of its addresses, gratuitous ARP. */
final class ActiveDuty {
  /** Gratuitous ARPs per address in one burst. */
  private static final int GARP_REPEAT = 5;

  /** From the first burst to the second, for those that missed the first. */
  private static final long GARP_DELAY_NS = 5 * SECOND_NS;

  private long advertAtNs = NEVER;
  private long advertisedNs;
  private long heldNs;
  private long announceAtNs = NEVER;
  private long contestedNs = NEVER;

  /** Becoming Active: the addresses first, so that who follows the ARP or advert finds them. */
  void begin(Instance instance, int priority, long nowNs, List<Effect> out) {
    contestedNs = NEVER;
    reassert(instance, priority, nowNs, out);
  }

  /** Puts everything back in its place: the addresses, the neighbours' caches, our claim. */
  void reassert(Instance instance, int priority, long nowNs, List<Effect> out) {
    holdAll(instance, nowNs, out);
    announce(instance.virtualAddresses(), out);
    announceAtNs = nowNs + GARP_DELAY_NS;
    advertise(instance, priority, nowNs, out);
  }

  /** Sends an advert now and the next one a whole interval later. */
  void advertise(Instance instance, int priority, long nowNs, List<Effect> out) {
    advertiseBetween(instance, priority, nowNs, out);
    advertAtNs = nowNs + instance.advertInterval().toNanos();
  }

  /** Sends an advert now and leaves Adver_Timer as it is. */
  void advertiseBetween(Instance instance, int priority, long nowNs, List<Effect> out) {
    if (leaseIsDue(instance, nowNs)) {
      holdAll(instance, nowNs, out);
    }
    out.add(new Effect.Advertise(priority, instance.advertInterval()));
    advertisedNs = nowNs;
  }

  void onTimer(Instance instance, int priority, long nowNs, List<Effect> out) {
    if (nowNs >= advertAtNs) {
      if (stalled(instance, priority, nowNs)) {
        reassert(instance, priority, nowNs, out); // the lease may have ended meanwhile
        return;
      }
      long dueNs = advertAtNs;
      advertise(instance, priority, nowNs, out);
      // A late advert does not shift those after it, unless the next one is overdue as well.
      long nextNs = dueNs + instance.advertInterval().toNanos();
      advertAtNs = nextNs > nowNs ? nextNs : advertAtNs;
    }
    if (nowNs >= announceAtNs) {
      announceAtNs = NEVER;
      announce(instance.virtualAddresses(), out);
    }
  }

  /** Takes a changed configuration: new addresses come before the old ones go. */
  void change(Instance before, Instance next, int priority, long nowNs, List<Effect> out) {
    List<VirtualAddress> added = new ArrayList<>(next.virtualAddresses());
    added.removeAll(before.virtualAddresses());
    Set<InetAddress> stay = addresses(next);
    List<VirtualAddress> gone =
        before.virtualAddresses().stream()
            .filter(a -> !stay.contains(a.prefix().address()))
            .toList();
    boolean leaseChanged = !next.vipLease().equals(before.vipLease());
    if (leaseChanged) {
      holdAll(next, nowNs, out);
    } else {
      hold(next, added, out);
    }
    if (!added.isEmpty()) {
      announce(added, out);
    }
    release(next, gone, out);
    if (leaseChanged
        || !addresses(next).equals(addresses(before))
        || !next.advertInterval().equals(before.advertInterval())) {
      advertise(next, priority, nowNs, out);
    }
  }

  /** Puts one address back, with an advert because no lease may outlive the last one for long. */
  void restore(
      Instance instance, VirtualAddress address, int priority, long nowNs, List<Effect> out) {
    hold(instance, List.of(address), out);
    out.add(new Effect.Announce(List.of(address)));
    advertiseBetween(instance, priority, nowNs, out);
  }

  private static Set<InetAddress> addresses(Instance instance) {
    return instance.virtualAddresses().stream()
        .map(a -> a.prefix().address())
        .collect(Collectors.toSet());
  }

  /**
   * Another Active's advert lost against ours. It announced itself before that advert, so the
   * addresses are announced again: at the first sign, and once more when it should be over.
   *
   * @return whether this is the first sign
   */
  boolean contest(Instance instance, int priority, long nowNs, List<Effect> out) {
    boolean first = contestedNs == NEVER || nowNs - contestedNs > downNs(instance, priority);
    contestedNs = nowNs;
    if (first) {
      announce(instance.virtualAddresses(), out);
    }
    if (announceAtNs == NEVER) {
      announceAtNs = nowNs + GARP_DELAY_NS;
    }
    return first;
  }

  /** Whether we were silent for so long that a Backup like us would have taken over. */
  boolean stalled(Instance instance, int priority, long nowNs) {
    return silentNs(nowNs) >= downNs(instance, priority);
  }

  long silentNs(long nowNs) {
    return nowNs - advertisedNs;
  }

  long deadlineNs() {
    return Math.min(advertAtNs, announceAtNs);
  }

  void holdAll(Instance instance, long nowNs, List<Effect> out) {
    hold(instance, instance.virtualAddresses(), out);
    heldNs = nowNs;
  }

  static void hold(Instance instance, List<VirtualAddress> addresses, List<Effect> out) {
    List<VirtualAddress> ours = notOwned(instance, addresses);
    if (!ours.isEmpty()) {
      out.add(new Effect.Hold(ours, instance.vipLease()));
    }
  }

  static void release(Instance instance, List<VirtualAddress> addresses, List<Effect> out) {
    List<VirtualAddress> ours = notOwned(instance, addresses);
    if (!ours.isEmpty()) {
      out.add(new Effect.Release(ours));
    }
  }

  /** One burst. */
  static void announce(List<VirtualAddress> addresses, List<Effect> out) {
    for (int i = 0; i < GARP_REPEAT; i++) {
      out.add(new Effect.Announce(addresses));
    }
  }

  /** The address owner's own address belongs to the host: never put there or taken by us. */
  private static List<VirtualAddress> notOwned(Instance instance, List<VirtualAddress> addresses) {
    return addresses.stream()
        .filter(a -> !a.prefix().address().equals(instance.address()))
        .toList();
  }

  /**
   * Once per second, always together with an advert: a killed agent's lease then ends a fixed time
   * after its last advert. Half an interval of slack, so that a timer that fires a little early
   * does not skip a renewal.
   */
  private boolean leaseIsDue(Instance instance, long nowNs) {
    long slackNs = Math.min(instance.advertInterval().toNanos(), SECOND_NS) / 2;
    return !instance.vipLease().isZero() && nowNs - heldNs >= SECOND_NS - slackNs;
  }

  private static long downNs(Instance instance, int priority) {
    return Intervals.downNs(instance.version(), priority, instance.advertInterval().toNanos());
  }
}
