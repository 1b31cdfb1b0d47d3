package io.vipops.vrrp;

import static io.vipops.vrrp.Intervals.NEVER;
import static io.vipops.vrrp.Intervals.SECOND_NS;

import io.vipops.spec.Garp;
import io.vipops.spec.VirtualAddress;
import java.util.List;

/** When an Active says where its addresses are: at once, once more, and then from time to time. */
final class Announcements {
  /** From another Active's lost advert to one more burst, when the dispute should be over. */
  private static final long AFTER_DISPUTE_NS = 5 * SECOND_NS;

  private long againAtNs = NEVER;
  private long refreshAtNs = NEVER;

  /** The addresses were just put there. */
  void begin(Instance instance, long nowNs, List<Effect> out) {
    Garp garp = instance.options().garp();
    burst(instance, instance.movedAddresses(), out);
    againAtNs = garp.delay().isZero() ? NEVER : nowNs + garp.delay().toNanos();
    scheduleRefresh(garp, nowNs);
  }

  /** Somebody else may have announced the addresses before its advert lost against ours. */
  void dispute(Instance instance, boolean first, long nowNs, List<Effect> out) {
    if (first) {
      burst(instance, instance.movedAddresses(), out);
    }
    if (againAtNs == NEVER) {
      againAtNs = nowNs + AFTER_DISPUTE_NS;
    }
  }

  /** Another configuration, the state stays. */
  void change(
      Garp before, Instance next, List<VirtualAddress> added, long nowNs, List<Effect> out) {
    if (!added.isEmpty()) {
      burst(next, added, out);
    }
    Garp garp = next.options().garp();
    if (!garp.refresh().equals(before.refresh())) {
      scheduleRefresh(garp, nowNs);
    }
  }

  void onTimer(Instance instance, long nowNs, List<Effect> out) {
    Garp garp = instance.options().garp();
    if (nowNs >= againAtNs) {
      againAtNs = NEVER;
      burst(instance, instance.movedAddresses(), out);
      scheduleRefresh(garp, nowNs);
    } else if (nowNs >= refreshAtNs) {
      out.add(new Effect.Announce(instance.movedAddresses()));
      scheduleRefresh(garp, nowNs);
    }
  }

  long deadlineNs() {
    return Math.min(againAtNs, refreshAtNs);
  }

  private void scheduleRefresh(Garp garp, long nowNs) {
    refreshAtNs = garp.refresh().isZero() ? NEVER : nowNs + garp.refresh().toNanos();
  }

  private static void burst(Instance instance, List<VirtualAddress> addresses, List<Effect> out) {
    for (int i = 0; i < instance.options().garp().repeat(); i++) {
      out.add(new Effect.Announce(addresses));
    }
  }
}
