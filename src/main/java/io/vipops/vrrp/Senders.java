package io.vipops.vrrp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Which peer an advert is from. Over IPv4 its source is the peer's address. Over IPv6 it is a
 * link-local address that stands in no spec: where there is one peer it is that one's, otherwise it
 * is learnt from priorities, which differ from peer to peer and are a node's own while nothing has
 * failed there.
 */
final class Senders {
  /** Nobody has so many routers on a LAN, but anybody can forge so many addresses. */
  private static final int MOST = 64;

  private final Map<InetAddress, Integer> basePriorities = new HashMap<>();

  /** An advert came, which may show whose it is. */
  void hear(Instance instance, InetAddress source, int priority) {
    boolean isBase = instance.peers().stream().anyMatch(it -> it.priority() == priority);
    if (source instanceof Inet6Address && isBase) {
      if (basePriorities.size() >= MOST && !basePriorities.containsKey(source)) {
        basePriorities.clear();
      }
      // The highest: one that failed may have come down to another's.
      basePriorities.merge(source, priority, Math::max);
    }
  }

  /** The sender's base priority; 0: not known. */
  int basePriority(Instance instance, InetAddress source) {
    for (Instance.Peer peer : instance.peers()) {
      if (peer.address().equals(source)) {
        return peer.priority();
      }
    }
    if (!(source instanceof Inet6Address)) {
      return 0;
    }
    if (instance.peers().size() == 1) {
      return instance.peers().get(0).priority();
    }
    int learnt = basePriorities.getOrDefault(source, 0);
    boolean still = instance.peers().stream().anyMatch(it -> it.priority() == learnt);
    return still ? learnt : 0; // the configuration may be another by now
  }
}
