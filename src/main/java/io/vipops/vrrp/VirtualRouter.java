package io.vipops.vrrp;

import java.net.InetAddress;
import java.util.List;

/**
 * The state machine of one virtual router on one node (RFC 9568 §6.4). Events in, effects out, in
 * the order in which they must be performed; time is an argument ({@code nowNs}, from one monotonic
 * clock); no I/O. Not thread-safe: the engine's loop owns it.
 */
public final class VirtualRouter {
  private Instance instance;
  private Standing standing;
  private State state = State.INIT;

  public VirtualRouter(Instance instance, Standing standing) {
    this.instance = instance;
    this.standing = standing;
  }

  /** Leaves Init (RFC 9568 §6.4.1). */
  public List<Effect> onStart(long nowNs) {
    throw new UnsupportedOperationException();
  }

  /** An advertisement that passed every receive check arrived at {@code nowNs}. */
  public List<Effect> onAdvertisement(Advertisement advert, InetAddress source, long nowNs) {
    throw new UnsupportedOperationException();
  }

  /** A deadline of {@link #nextDeadlineNs} has come, or anything before it: idempotent. */
  public List<Effect> onTimer(long nowNs) {
    throw new UnsupportedOperationException();
  }

  /** The checks or the operator changed what this node thinks of itself. */
  public List<Effect> onStanding(Standing now, long nowNs) {
    throw new UnsupportedOperationException();
  }

  /** The interface has carrier and this node's address (back to Backup), or has not (Fault). */
  public List<Effect> onLink(boolean up, String reason, long nowNs) {
    throw new UnsupportedOperationException();
  }

  /** Takes a new configuration of the same {@link Instance#identity}. */
  public List<Effect> onInstance(Instance next, long nowNs) {
    throw new UnsupportedOperationException();
  }

  /** The agent stops or the instance is removed: hands over, back to Init. */
  public List<Effect> onStop(String reason, long nowNs) {
    throw new UnsupportedOperationException();
  }

  /** When {@link #onTimer} must be called next; {@link Long#MAX_VALUE}: never. */
  public long nextDeadlineNs() {
    throw new UnsupportedOperationException();
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
}
