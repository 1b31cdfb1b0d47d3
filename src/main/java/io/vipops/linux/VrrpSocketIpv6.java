package io.vipops.linux;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * Over IPv6, group ff02::12. Bound to its link-local address, which decides the source of what it
 * sends; unlike one of IPv4 it hears multicast all the same. The kernel hands over no IP header:
 * source, destination and hop limit come beside the packet (RFC 3542), and no checksum is left to
 * it (IPV6_CHECKSUM), or a wrong one would go uncounted.
 */
final class VrrpSocketIpv6 extends VrrpSocket {
  private static final int AF_INET6 = 10;
  // linux/in6.h
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_UNICAST_HOPS = 16;
  private static final int IPV6_MULTICAST_IF = 17;
  private static final int IPV6_MULTICAST_HOPS = 18;
  private static final int IPV6_MULTICAST_LOOP = 19;
  private static final int IPV6_ADD_MEMBERSHIP = 20;
  private static final int IPV6_MULTICAST_ALL = 29;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int IPV6_RECVHOPLIMIT = 51;
  private static final int IPV6_TCLASS = 67;

  private static final byte[] GROUP = HexFormat.of().parseHex("ff02" + "0".repeat(26) + "12");

  private final String name;
  private final int index;
  private final Inet6Address source;

  VrrpSocketIpv6(String interfaceName, int interfaceIndex, Inet6Address source)
      throws SystemCallException {
    super(AF_INET6, interfaceName);
    this.name = interfaceName;
    this.index = interfaceIndex;
    this.source = source;
  }

  @Override
  void options() throws SystemCallException {
    // Else the kernel delivers every group that any program on this host joined. Linux before 4.20
    // has no such option, and the packet's destination is looked at again.
    byte[] off = nativeInt(0);
    int unused = Libc.setsockopt(fd(), IPPROTO_IPV6, IPV6_MULTICAST_ALL, off, off.length);
    option(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0, "IPV6_MULTICAST_LOOP");
    option(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 255, "IPV6_MULTICAST_HOPS");
    option(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 255, "IPV6_UNICAST_HOPS");
    option(IPPROTO_IPV6, IPV6_TCLASS, TRAFFIC_CLASS, "IPV6_TCLASS");
    option(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
    option(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT");
    option(IPPROTO_IPV6, IPV6_MULTICAST_IF, index, "send on " + name);
  }

  @Override
  void bind() throws SystemCallException {
    byte[] own = socketAddress(source);
    if (Libc.bind(fd(), own, own.length) < 0) {
      throw SystemCallException.of("send from the link-local address of " + name);
    }
  }

  @Override
  void join() throws SystemCallException {
    bind();
    // struct ipv6_mreq: group, interface index.
    byte[] request =
        ByteBuffer.allocate(20).order(ByteOrder.nativeOrder()).put(GROUP).putInt(index).array();
    option(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, request, "join ff02::12 on " + name);
  }

  @Override
  byte[] program(Hearing hearing) {
    return VrrpFilter.ipv6(hearing);
  }

  /**
   * struct sockaddr_in6: family in the host's order, port, flow 0, address, scope: the interface.
   */
  @Override
  byte[] socketAddress(InetAddress address) {
    return ByteBuffer.allocate(28)
        .order(ByteOrder.nativeOrder())
        .putShort((short) AF_INET6)
        .putShort((short) 0)
        .putInt(0)
        .put(address.getAddress())
        .putInt(index)
        .array();
  }
}
