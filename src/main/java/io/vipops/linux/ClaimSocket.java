package io.vipops.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Hears who on any LAN says that an address is at a MAC: all ARP (packet(7)), or all Neighbor
 * Advertisements (icmpv6, RFC 3542 §3.2), of some addresses only. What this host sends is not
 * heard.
 */
public final class ClaimSocket extends Descriptor {
  private static final int AF_INET6 = 10;
  private static final int AF_PACKET = 17;
  private static final int ETH_P_ARP = 0x0806;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPPROTO_ICMPV6 = 58;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int ICMPV6_FILTER = 1;
  private static final int NEIGHBOR_ADVERTISEMENT = 136;

  private final boolean ipv6;

  private ClaimSocket(int fd, boolean ipv6) throws SystemCallException {
    super(fd, ipv6 ? "open an ICMPv6 socket" : "open an ARP socket");
    this.ipv6 = ipv6;
  }

  /**
   * A socket of one family that hears nothing yet.
   *
   * @throws SystemCallException not allowed (CAP_NET_RAW), or the host has no IPv6
   */
  public static ClaimSocket open(boolean ipv6) throws SystemCallException {
    int flags = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    // Protocol 0 hears nothing until it is bound to one.
    int fd = ipv6 ? Libc.socket(AF_INET6, flags, IPPROTO_ICMPV6) : Libc.socket(AF_PACKET, flags, 0);
    ClaimSocket socket = new ClaimSocket(fd, ipv6);
    try {
      socket.hear(new TreeSet<>());
      socket.prepare();
      return socket;
    } catch (SystemCallException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void prepare() throws SystemCallException {
    if (ipv6) {
      // struct icmp6_filter: a bit for each type, set where it is blocked.
      ByteBuffer filter = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
      Arrays.fill(filter.array(), (byte) 0xff);
      int word = NEIGHBOR_ADVERTISEMENT / 32 * 4;
      filter.putInt(word, ~(1 << NEIGHBOR_ADVERTISEMENT % 32));
      option(IPPROTO_ICMPV6, ICMPV6_FILTER, filter.array(), "filter ICMPv6");
      option(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
      return;
    }
    // struct sockaddr_ll: family, protocol in network order, ifindex 0: any.
    byte[] any =
        ByteBuffer.allocate(20)
            .order(ByteOrder.nativeOrder())
            .putShort((short) AF_PACKET)
            .putShort(Short.reverseBytes((short) ETH_P_ARP))
            .array();
    if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
      ByteBuffer.wrap(any).putShort(2, (short) ETH_P_ARP);
    }
    if (Libc.bind(fd(), any, any.length) < 0) {
      throw SystemCallException.of("hear ARP");
    }
  }

  /**
   * Hears claims of these addresses alone from now on.
   *
   * @param addresses of the socket's family
   */
  public void hear(Collection<InetAddress> addresses) throws SystemCallException {
    SortedSet<Integer> words = new TreeSet<>();
    addresses.forEach(it -> words.add(VrrpFilter.lastWord(it.getAddress())));
    attach(ipv6 ? VrrpFilter.neighborAdvertisements(words) : VrrpFilter.arp(words));
  }
}
