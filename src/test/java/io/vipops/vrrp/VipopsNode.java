package io.vipops.vrrp;

import java.util.List;

/** A {@link SimulatedNode} with our state machine. */
final class VipopsNode extends SimulatedNode {
  private VirtualRouter router;
  private int said = -1;

  /** How often it left Backup alone because the address moved too often. */
  int holds;

  /** Makes the state machine of a process that starts. */
  interface Maker {
    VirtualRouter router(Instance instance, Standing standing, long nowNs);
  }

  private final Maker maker;

  /** Its clock began at another time than the others'. */
  private final long clockNs;

  VipopsNode(SimulatedNetwork network, int index, Instance instance, Maker maker) {
    super(network, index, instance);
    this.maker = maker;
    clockNs = index * 377_000_000L;
    router = new VirtualRouter(instance, standing(instance));
  }

  @Override
  boolean isActive() {
    return running() && router.state() == State.ACTIVE;
  }

  @Override
  boolean mayHold() {
    return router.state() == State.ACTIVE || router.state() == State.HANDING_OVER;
  }

  @Override
  int priority() {
    return router.priority();
  }

  @Override
  void begin() {
    router = maker.router(instance, standing(instance), nowNs());
    if (!linkUp) {
      perform(router.onLink(false, "no carrier", nowNs()));
    }
    perform(router.onStart(nowNs()));
  }

  @Override
  void end() {
    perform(router.onStop("stopping", nowNs()));
  }

  @Override
  void hear(Advertisement advert, SimulatedNode from, long atNs) {
    perform(router.onAdvertisement(advert, from.instance.address(), atNs + clockNs, nowNs()));
  }

  @Override
  void onTimer() {
    perform(router.onTimer(nowNs()));
  }

  @Override
  void onRemoved() {
    perform(router.onAddressRemoved(instance.virtualAddresses().get(0), nowNs()));
  }

  @Override
  void onConditions() {
    perform(router.onStanding(standing(instance), nowNs()));
  }

  @Override
  void onLink(boolean up) {
    perform(router.onLink(up, up ? "carrier is back" : "no carrier", nowNs()));
  }

  @Override
  void configure(Instance next) {
    perform(router.onInstance(next, standing(next), nowNs()));
  }

  @Override
  long nextDeadlineNs() {
    long dueNs = router.nextDeadlineNs();
    return dueNs == Long.MAX_VALUE ? dueNs : dueNs - clockNs;
  }

  private long nowNs() {
    return network.nowNs() + clockNs;
  }

  private Standing standing(Instance by) {
    int effective = Math.max(1, by.priority() - 30 * Math.min(lowered, 1));
    boolean degraded = lowered + failed > 0;
    String reason =
        failed > 0
            ? "check nginx failed"
            : drained > 0 ? "drained" : lowered > 0 ? "check gateway failed" : "all checks pass";
    return new Standing(effective, degraded, failed > 0, unready == 0, drained > 0, reason);
  }

  private void perform(List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.Advertise advertise) {
        say(advertise.priority(), advertise.maxAdvertiseInterval());
      } else if (effect instanceof Effect.Hold hold) {
        hold(hold.lease().toNanos());
      } else if (effect instanceof Effect.Release) {
        release();
      } else if (effect instanceof Effect.Transition) {
        transitions++;
      } else if (effect instanceof Effect.Report report && report.line().contains("left alone")) {
        holds++;
      }
    }
    if (network.verbose) {
      tell(effects);
    }
  }

  /** Not every advert and every renewal of a lease, only what is news. */
  private void tell(List<Effect> effects) {
    for (Effect effect : effects) {
      boolean news = effect instanceof Effect.Transition || effect instanceof Effect.Report;
      if (effect instanceof Effect.Advertise advertise) {
        news = advertise.priority() != said;
        said = advertise.priority();
      }
      if (news) {
        network.log(name() + " " + EffectText.of(List.of(effect)).get(0));
      }
    }
  }
}
