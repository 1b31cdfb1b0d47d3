package io.vipops.engine;

import io.vipops.linux.Clocks;
import io.vipops.linux.PacketBatch;
import io.vipops.linux.SystemCallException;
import io.vipops.linux.VrrpSocket;
import io.vipops.vrrp.AdvertCodec;
import io.vipops.vrrp.Decoded;
import io.vipops.vrrp.Instance;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From a socket's packets to the state machines' events. On the loop's thread. */
final class Receiver {
  /** The same complaint about the same router is not repeated sooner. */
  private static final long QUIET_NS = 60_000_000_000L;

  private final Performer performer;
  private final Bulletin bulletin;
  private final PacketBatch batch;
  private final Clocks clocks;
  private final Map<String, Long> toldNs = new HashMap<>();
  private long previousWakeNs = System.nanoTime();
  private long wakeNs = previousWakeNs;
  private long realtimeMinusMonotonicNs;

  Receiver(Performer performer, Bulletin bulletin, PacketBatch batch, Clocks clocks) {
    this.performer = performer;
    this.bulletin = bulletin;
    this.batch = batch;
    this.clocks = clocks;
  }

  /** A turn of the loop begins. */
  void wake() {
    previousWakeNs = wakeNs;
    wakeNs = System.nanoTime();
    realtimeMinusMonotonicNs = clocks.realtimeNs() - wakeNs;
  }

  /** When this turn began. */
  long wokenNs() {
    return wakeNs;
  }

  /** Handles what arrived before this turn; a flood that goes on waits for the next. */
  void drain(Port port) {
    VrrpSocket socket = port.socket();
    if (socket == null) {
      return;
    }
    try {
      int count = PacketBatch.CAPACITY;
      long arrivedNs = Long.MIN_VALUE;
      while (count == PacketBatch.CAPACITY && arrivedNs < wakeNs) {
        count = batch.receive(socket);
        for (int i = 0; i < count; i++) {
          arrivedNs = monotonicNs(batch.realtimeNs(i));
          overflow(port, port.newlyLost(batch.lost(i)), arrivedNs);
          IpPacket packet = IpPacket.parse(batch.packet(i));
          if (packet != null) {
            receive(port, packet, arrivedNs);
          }
        }
      }
    } catch (SystemCallException e) {
      // ENETDOWN and the like, once per event: the link's own news says what it means.
    }
  }

  private void receive(Port port, IpPacket packet, long arrivedNs) {
    LiveRouter it = port.router(packet.virtualRouterId());
    if (it == null || packet.ip().source().equals(port.key().address())) {
      return;
    }
    if (!packet.ip().destination().equals(LiveRouter.GROUP)) {
      discard(it, packet, "destination");
      return;
    }
    Decoded decoded = AdvertCodec.decode(packet.payload(), packet.ip(), id -> instance(port, id));
    if (decoded instanceof Decoded.Discarded discarded) {
      discard(it, packet, discarded.reason().key());
    } else if (decoded instanceof Decoded.Accepted accepted) {
      it.countReceived();
      notice(it, packet, accepted);
      performer.perform(
          it,
          it.router().onAdvertisement(accepted.advertisement(), packet.ip().source(), arrivedNs),
          arrivedNs);
    }
  }

  private void notice(LiveRouter it, IpPacket packet, Decoded.Accepted accepted) {
    String source = packet.ip().source().getHostAddress();
    if (it.heardChecksum(accepted.checksum())) {
      bulletin.event(
          it.name(),
          source + " uses the " + accepted.checksum() + " form of the checksum: so do we now");
    }
    if (it.addressesDiffer == accepted.sameAddresses()) {
      it.addressesDiffer = !accepted.sameAddresses();
      bulletin.event(
          it.name(),
          it.addressesDiffer
              ? source + " advertises other virtual addresses than ours"
              : source + " advertises the same virtual addresses again");
    }
  }

  private void discard(LiveRouter it, IpPacket packet, String why) {
    it.countDiscarded(why, 1);
    String key = it.name() + ' ' + why;
    Long last = toldNs.get(key);
    if (last == null || wakeNs - last >= QUIET_NS) {
      toldNs.put(key, wakeNs);
      String source = packet.ip().source().getHostAddress();
      bulletin.event(it.name(), "adverts from " + source + " are discarded: " + why);
    }
  }

  private void overflow(Port port, int packets, long nowNs) {
    if (packets > 0) {
      for (LiveRouter it : port.routers()) {
        it.countDiscarded("overflow", packets);
        it.router().onOverflow(nowNs);
      }
    }
  }

  private static @Nullable Instance instance(Port port, int virtualRouterId) {
    LiveRouter it = port.router(virtualRouterId);
    return it == null ? null : it.instance();
  }

  /**
   * The kernel stamps with the wall clock, which may be set at any moment: the arrival lies between
   * the last turn and this one, whatever the stamp says.
   */
  private long monotonicNs(long realtimeNs) {
    long ns = realtimeNs == 0 ? wakeNs : realtimeNs - realtimeMinusMonotonicNs;
    return Math.max(previousWakeNs, Math.min(ns, System.nanoTime()));
  }
}
