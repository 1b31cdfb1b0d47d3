package io.vipops.engine;

import io.vipops.linux.ClaimSocket;
import io.vipops.linux.PacketBatch;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.Link;
import io.vipops.vrrp.ArpFrame;
import io.vipops.vrrp.Claim;
import io.vipops.vrrp.NeighborAdvertisement;
import io.vipops.vrrp.State;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices hosts that have one of our virtual addresses and speak no VRRP: a forgotten configuration
 * by hand, a container. Evidence, not protocol: looked at now and then, a sample of many.
 */
final class Claims implements AutoCloseable {
  private final PacketBatch batch;
  private final Family ipv4 = new Family(false);
  private final Family ipv6 = new Family(true);

  /**
   * Opens nothing yet.
   *
   * @param batch of the loop's thread, free between two reads
   */
  Claims(PacketBatch batch) {
    this.batch = batch;
  }

  /** One family's socket, there while an Active here has addresses of it. */
  private final class Family {
    private final boolean ipv6;
    private @Nullable ClaimSocket socket;
    private Set<InetAddress> heard = Set.of();

    Family(boolean ipv6) {
      this.ipv6 = ipv6;
    }

    /** Opens, changes or closes the socket. */
    void hear(Set<InetAddress> addresses) throws SystemCallException {
      if (addresses.equals(heard)) {
        return;
      }
      if (addresses.isEmpty()) {
        close();
      } else {
        if (socket == null) {
          socket = ClaimSocket.open(ipv6);
        }
        socket.hear(addresses);
      }
      heard = addresses;
    }

    void look(HostTable host, BiConsumer<Claim, Link> foreign) throws SystemCallException {
      int count = socket == null ? 0 : batch.receive(socket);
      for (int i = 0; i < count; i++) {
        byte[] packet = batch.packet(i);
        Claim claim = ipv6 ? NeighborAdvertisement.claim(packet) : ArpFrame.claim(packet);
        Link link = host.link(ipv6 ? batch.interface6(i) : batch.interfaceOfFrame(i));
        if (claim != null && link != null && !host.isOwn(claim.hardwareAddress())) {
          foreign.accept(claim, link);
        }
      }
    }

    void close() {
      if (socket != null) {
        socket.close();
        socket = null;
      }
    }
  }

  /** Takes what came since the last look, to the routers that have those addresses there. */
  void look(Collection<LiveRouter> routers, HostTable host, Performer performer, long nowNs) {
    try {
      ipv4.hear(active(routers, false));
      ipv6.hear(active(routers, true));
      BiConsumer<Claim, Link> tell = (claim, on) -> tell(routers, claim, on, performer, nowNs);
      ipv4.look(host, tell);
      ipv6.look(host, tell);
    } catch (SystemCallException e) {
      // Without it the engine does all that it must.
    }
  }

  private static Set<InetAddress> active(Collection<LiveRouter> routers, boolean ipv6) {
    Set<InetAddress> addresses = new HashSet<>();
    for (LiveRouter it : routers) {
      if (it.router().state() == State.ACTIVE) {
        it.instance().movedAddresses().stream()
            .map(vip -> vip.prefix().address())
            .filter(address -> address instanceof Inet6Address == ipv6)
            .forEach(addresses::add);
      }
    }
    return addresses;
  }

  private static void tell(
      Collection<LiveRouter> routers, Claim claim, Link on, Performer performer, long nowNs) {
    for (LiveRouter it : routers) {
      boolean there =
          it.instance().movedAddresses().stream()
              .anyMatch(
                  vip ->
                      vip.prefix().address().equals(claim.address())
                          && Vips.interfaceName(it, vip).equals(on.name()));
      if (there) {
        performer.perform(it, it.router().onClaim(claim, nowNs), nowNs);
      }
    }
  }

  @Override
  public void close() {
    ipv4.close();
    ipv6.close();
  }
}
