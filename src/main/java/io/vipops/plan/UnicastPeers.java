package io.vipops.plan;

import io.vipops.spec.Addresses;
import io.vipops.spec.Unicast;
import io.vipops.vrrp.Instance;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who hears whom where adverts go to peers: who is not heard is not obeyed. */
final class UnicastPeers {
  private UnicastPeers() {}

  /** Of a router that keeps its identity, on one node. */
  static List<String> changes(@Nullable Instance old, Instance next) {
    if (old == null || !old.isUnicast() || !next.isUnicast()) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    for (InetAddress peer : peers(next)) {
      if (!peers(old).contains(peer)) {
        words.add(
            "hears "
                + Addresses.text(peer)
                + " from now on (unicast): two nodes may hold the VIP until all have applied");
      }
    }
    for (InetAddress peer : peers(old)) {
      if (!peers(next).contains(peer)) {
        words.add(
            "does not hear "
                + Addresses.text(peer)
                + " any more (unicast): two nodes may hold the VIP for as long as that runs on");
      }
    }
    return words;
  }

  /** Whether a node that joins is heard, and spoken to, by one that has not applied yet. */
  static boolean know(Instance present, Instance joining) {
    if (!joining.isUnicast()) {
      return true;
    }
    // A link-local address of IPv6 stands in no spec: whose is whose is not known.
    return joining.isIpv6()
        ? peers(present).containsAll(peers(joining))
        : peers(present).contains(joining.address());
  }

  private static List<InetAddress> peers(Instance it) {
    Unicast unicast = it.options().unicast();
    return unicast == null ? List.of() : unicast.peers();
  }
}
