package io.vipops.spec;

import java.net.InetAddress;
import java.util.List;

/**
 * Adverts to each peer by itself instead of to the multicast group, and from nobody else.
 *
 * @param peers of the instance's family; over IPv6 link-local, as adverts are. In the spec they
 *     come on top of the nodes (over IPv4), and a node skips its own; what a node runs has all its
 *     peers
 * @param minTtl lowest TTL, or hop limit, that is accepted; 1-255
 */
public record Unicast(List<InetAddress> peers, int minTtl) {
  /** It came through no router (RFC 9568 §5.1.1.3). */
  public static final int MIN_TTL = 255;
}
