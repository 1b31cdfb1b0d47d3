package io.vipops.engine;

import io.vipops.linux.LinkSocket;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.Link;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.ArpFrame;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.NeighborAdvertisement;
import io.vipops.vrrp.State;
import io.vipops.vrrp.VirtualMac;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does what the state machines ask for, in their order. On the loop's thread. */
final class Performer {
  /** After the kernel refused an address: how long before the next try. */
  private static final long RETRY_NS = 10_000_000_000L;

  private final Vips vips;
  private final LinkSocket lan;
  private final SocketEnder sockets;
  private final Bulletin bulletin;
  private final Supplier<HostTable> host;
  private final List<String> troubles = new ArrayList<>();

  Performer(
      Vips vips, LinkSocket lan, SocketEnder sockets, Bulletin bulletin, Supplier<HostTable> host) {
    this.vips = vips;
    this.lan = lan;
    this.sockets = sockets;
    this.bulletin = bulletin;
    this.host = host;
  }

  /**
   * Performs effects. An address that the kernel refuses means Fault: an Active without its address
   * would be a black hole, so nothing is announced after it.
   */
  void perform(LiveRouter it, List<Effect> effects, long nowNs) {
    String refusal = becomesActive(effects) ? holdWithFollowers(it, nowNs) : null;
    for (Effect effect : effects) {
      if (effect instanceof Effect.Hold hold) {
        String why = hold(it, hold);
        refusal = why == null ? refusal : why;
      } else if (effect instanceof Effect.Release release) {
        release(it, release.addresses());
      } else if (effect instanceof Effect.Advertise advert && refusal == null) {
        advertise(it, advert);
      } else if (effect instanceof Effect.Announce announce && refusal == null) {
        announce(it, announce.addresses());
      } else if (effect instanceof Effect.Report report) {
        bulletin.event(it.name(), report.line());
      } else if (effect instanceof Effect.Transition move) {
        if (move.from() == State.ACTIVE) {
          releaseUnused(it);
        }
        it.moved(move, Instant.now());
        bulletin.transition(
            it.configured().shown(),
            move.from(),
            move.to(),
            move.reason(),
            it.router().standing().effectivePriority());
      }
    }
    if (refusal != null) {
      refuse(it, refusal, nowNs);
    }
  }

  private void refuse(LiveRouter it, String refusal, long nowNs) {
    troubles.add("instance " + it.name() + ": " + refusal);
    it.refused = refusal;
    it.toldProblem = refusal;
    it.retryNs = nowNs + RETRY_NS;
    perform(it, it.router().onLink(false, refusal, nowNs), nowNs);
  }

  private static boolean becomesActive(List<Effect> effects) {
    return effects.stream()
        .anyMatch(it -> it instanceof Effect.Transition move && move.to() == State.ACTIVE);
  }

  /**
   * The first of a sync group announces nothing before those that follow it have their addresses:
   * it would call the traffic here and send it away again.
   *
   * @return why they have not; null: all have
   */
  private @Nullable String holdWithFollowers(LiveRouter it, long nowNs) {
    for (LiveRouter follower : it.followers) {
      for (Effect.Hold hold : follower.router().holdings()) {
        String why = hold(follower, hold);
        if (why != null) {
          refuse(follower, why, nowNs);
          return follower.name() + " of the same sync group: " + why;
        }
      }
    }
    return null;
  }

  /** What {@link #holdWithFollowers} put there for those that have not become Active since. */
  private void releaseUnused(LiveRouter it) {
    for (LiveRouter follower : it.followers) {
      State state = follower.router().state();
      if (state != State.ACTIVE && state != State.HANDING_OVER) {
        follower.router().holdings().forEach(held -> release(follower, held.addresses()));
      }
    }
  }

  /** What the host refused since the last call. */
  List<String> troubles() {
    List<String> all = List.copyOf(troubles);
    troubles.clear();
    return all;
  }

  private @Nullable String hold(LiveRouter it, Effect.Hold hold) {
    String refusal = null;
    for (VirtualAddress vip : hold.addresses()) {
      String why = vips.hold(it, vip, hold.lease(), host.get());
      refusal = refusal == null ? why : refusal;
    }
    return refusal;
  }

  private void release(LiveRouter it, List<VirtualAddress> addresses) {
    vips.rest(it, addresses, host.get());
    for (VirtualAddress vip : addresses) {
      if (vips.release(it, vip, host.get())) {
        sockets.end(vip.prefix().address());
      }
    }
  }

  /** A send may fail while the cable is out; that is what the link's own news is for. */
  private void advertise(LiveRouter it, Effect.Advertise advert) {
    try {
      boolean unused = it.send(advert, lan) && it.complains("");
    } catch (SystemCallException e) {
      complain(it, "advert not sent: " + e.getMessage());
    }
  }

  private void announce(LiveRouter it, List<VirtualAddress> addresses) {
    for (VirtualAddress vip : addresses) {
      Link link = host.get().link(Vips.interfaceName(it, vip));
      if (link == null || link.hardwareAddress().length != 6) {
        continue; // no Ethernet: nobody resolves anything there
      }
      InetAddress address = vip.prefix().address();
      VirtualMac virtual = it.instance().virtualMac();
      boolean used =
          it.instance().options().virtualMac() && link.name().equals(virtual.interfaceName());
      byte[] mac = used ? virtual.bytes() : link.hardwareAddress();
      byte[] frame =
          address instanceof Inet6Address ipv6
              ? NeighborAdvertisement.unsolicited(mac, ipv6, Sysctl.forwardsIpv6(link.name()))
              : ArpFrame.gratuitous(mac, (Inet4Address) address);
      try {
        lan.send(frame, link.index());
      } catch (SystemCallException e) {
        String what = it.port().isIpv6() ? "neighbor advertisement" : "gratuitous ARP";
        complain(it, what + " not sent: " + e.getMessage());
      }
    }
  }

  private void complain(LiveRouter it, String line) {
    if (it.complains(line)) {
      bulletin.event(it.name(), line);
    }
  }
}
