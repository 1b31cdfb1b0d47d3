package io.vipops.engine;

import io.vipops.linux.Clocks;
import io.vipops.linux.PacketBatch;
import io.vipops.linux.SystemCallException;
import io.vipops.linux.VrrpSocket;
import io.vipops.spec.Addresses;
import io.vipops.vrrp.AdvertCodec;
import io.vipops.vrrp.Advertisement;
import io.vipops.vrrp.Decoded;
import io.vipops.vrrp.Decoded.Discarded;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Overheard;
import java.net.InetAddress;
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

  /**
   * Handles what arrived before this turn; a flood that goes on waits for the next.
   *
   * @param meanwhile run after each batch that is not the last
   */
  void drain(Port port, Runnable meanwhile) {
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
          IpPacket packet = packet(port, i);
          if (packet != null) {
            receive(port, packet, arrivedNs);
          }
        }
        if (count == PacketBatch.CAPACITY) {
          meanwhile.run();
        }
      }
    } catch (SystemCallException e) {
      // ENETDOWN and the like, once per event: the link's own news says what it means.
    }
  }

  /**
   * Counts what a unicast port refused. Of a flood only a sample: it may cost no time, and the
   * kernel drops the rest.
   */
  void countRefused(Port port) {
    VrrpSocket socket = port.refused();
    if (socket == null) {
      return;
    }
    try {
      int count = batch.receive(socket);
      for (int i = 0; i < count; i++) {
        IpPacket packet = packet(port, i);
        LiveRouter it = packet == null ? null : port.router(packet.virtualRouterId());
        if (packet != null && it != null && decode(port, it, packet) instanceof Discarded no) {
          discard(it, packet, no.reason().key());
        }
      }
    } catch (SystemCallException e) {
      // As above.
    }
  }

  private static Decoded decode(Port port, LiveRouter it, IpPacket packet) {
    return AdvertCodec.decode(
        packet.payload(), packet.ip(), id -> instance(port, id), it.needsLinkLocal());
  }

  private @Nullable IpPacket packet(Port port, int i) {
    return port.isIpv6()
        ? IpPacket.ipv6(batch.source6(i), batch.destination6(i), batch.hopLimit(i), batch.packet(i))
        : IpPacket.ipv4(batch.packet(i));
  }

  private void receive(Port port, IpPacket packet, long arrivedNs) {
    LiveRouter it = port.router(packet.virtualRouterId());
    if (it == null || packet.ip().source().equals(port.source())) {
      return;
    }
    Decoded decoded = decode(port, it, packet);
    if (decoded instanceof Discarded discarded) {
      discard(it, packet, discarded.reason().key());
    } else if (decoded instanceof Decoded.Accepted accepted) {
      it.heard(accepted.advertisement());
      notice(it, packet, accepted);
      hear(it, accepted.advertisement(), packet.ip().source(), arrivedNs);
    }
  }

  private void hear(LiveRouter it, Advertisement advert, InetAddress source, long arrivedNs) {
    long nowNs = Math.max(arrivedNs, wakeNs);
    performer.perform(it, it.router().onAdvertisement(advert, source, arrivedNs, nowNs), nowNs);
    LiveRouter leader = it.leader;
    if (leader != null) {
      Overheard heard = it.router().overheard(advert, source);
      performer.perform(
          leader, leader.router().onMemberAdvertisement(heard, arrivedNs, nowNs), nowNs);
    }
  }

  private void notice(LiveRouter it, IpPacket packet, Decoded.Accepted accepted) {
    String source = Addresses.text(packet.ip().source());
    String checksumNews = it.heardChecksum(accepted.checksum());
    if (checksumNews != null) {
      bulletin.event(it.name(), source + checksumNews);
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
      String source = Addresses.text(packet.ip().source());
      bulletin.event(it.name(), "adverts from " + source + " are discarded: " + why);
    }
  }

  private void overflow(Port port, int packets, long nowNs) {
    if (packets > 0) {
      for (LiveRouter it : port.routers()) {
        it.countDiscarded(LiveRouter.OVERFLOW, packets);
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
