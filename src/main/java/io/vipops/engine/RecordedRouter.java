package io.vipops.engine;

import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Advertisement;
import io.vipops.vrrp.Claim;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Overheard;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.VirtualRouter;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A state machine that gives each event, and what came of it, to a {@link Recorder} too. */
final class RecordedRouter extends VirtualRouter {
  private final Recorder recorder;
  private final int number;
  private long lastNs;
  private InetAddress source;

  RecordedRouter(Instance instance, Standing standing, Recorder recorder, int number, long nowNs) {
    super(instance, standing);
    this.recorder = recorder;
    this.number = number;
    this.source = instance.address();
    List<Effect> unused = put(nowNs, List.of(), "router", instance, standing);
  }

  @Override
  public List<Effect> onStart(long nowNs) {
    return put(nowNs, super.onStart(nowNs), "start");
  }

  @Override
  public List<Effect> onAdvertisement(
      Advertisement advert, InetAddress source, long arrivedNs, long nowNs) {
    List<Effect> effects = super.onAdvertisement(advert, source, arrivedNs, nowNs);
    return put(nowNs, effects, "advert", advert, source, arrivedNs);
  }

  @Override
  public List<Effect> onMemberAdvertisement(Overheard heard, long arrivedNs, long nowNs) {
    List<Effect> effects = super.onMemberAdvertisement(heard, arrivedNs, nowNs);
    return put(nowNs, effects, "member", heard, arrivedNs);
  }

  @Override
  public List<Effect> onTimer(long nowNs) {
    return put(nowNs, super.onTimer(nowNs), "timer");
  }

  @Override
  public List<Effect> onStanding(Standing next, long nowNs) {
    return put(nowNs, super.onStanding(next, nowNs), "standing", next);
  }

  @Override
  public List<Effect> onLink(boolean up, String reason, long nowNs) {
    return put(nowNs, super.onLink(up, reason, nowNs), "link", up, reason);
  }

  @Override
  public List<Effect> onAddressRemoved(VirtualAddress removed, long nowNs) {
    return put(nowNs, super.onAddressRemoved(removed, nowNs), "removed", removed);
  }

  @Override
  public List<Effect> onClaim(Claim claim, long nowNs) {
    return put(nowNs, super.onClaim(claim, nowNs), "claim", claim);
  }

  @Override
  public List<Effect> onSuspended(long sleptNs, long nowNs) {
    return put(nowNs, super.onSuspended(sleptNs, nowNs), "suspended", sleptNs);
  }

  @Override
  public void onOverflow(long nowNs) {
    super.onOverflow(nowNs);
    List<Effect> unused = put(nowNs, List.of(), "overflow");
  }

  @Override
  public List<Effect> onInstance(Instance next, Standing standing, long nowNs) {
    return put(nowNs, super.onInstance(next, standing, nowNs), "instance", next, standing);
  }

  @Override
  public List<Effect> onStop(String reason, long nowNs) {
    return put(nowNs, super.onStop(reason, nowNs), "stop", reason);
  }

  @Override
  public void onSource(InetAddress next) {
    super.onSource(next);
    if (!next.equals(source)) {
      source = next;
      List<Effect> unused = put(lastNs, List.of(), "source", next);
    }
  }

  private List<Effect> put(
      long nowNs, List<Effect> effects, String event, @Nullable Object... arguments) {
    lastNs = nowNs;
    recorder.put(new Recorder.Entry(number, nowNs, event, Arrays.asList(arguments), effects));
    return effects;
  }
}
