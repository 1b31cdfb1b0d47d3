package io.vipops.linux;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Over IPv4, group 224.0.0.18. Bound to its address for unicast alone: then it hears no multicast.
 */
final class VrrpSocketIpv4 extends VrrpSocket {
  private static final int AF_INET = 2;
  // linux/in.h
  private static final int IPPROTO_IP = 0;
  private static final int IP_TOS = 1;
  private static final int IP_TTL = 2;
  private static final int IP_MULTICAST_IF = 32;
  private static final int IP_MULTICAST_TTL = 33;
  private static final int IP_MULTICAST_LOOP = 34;
  private static final int IP_ADD_MEMBERSHIP = 35;
  private static final int IP_MULTICAST_ALL = 49;

  private static final byte[] GROUP = {(byte) 224, 0, 0, 18};

  private final String name;
  private final int index;
  private final Inet4Address source;

  VrrpSocketIpv4(String interfaceName, int interfaceIndex, Inet4Address source)
      throws SystemCallException {
    super(AF_INET, interfaceName);
    this.name = interfaceName;
    this.index = interfaceIndex;
    this.source = source;
  }

  @Override
  void options() throws SystemCallException {
    // Else the kernel delivers every group that any program on this host joined.
    option(IPPROTO_IP, IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL");
    option(IPPROTO_IP, IP_MULTICAST_LOOP, 0, "IP_MULTICAST_LOOP");
    option(IPPROTO_IP, IP_MULTICAST_TTL, 255, "IP_MULTICAST_TTL");
    option(IPPROTO_IP, IP_TTL, 255, "IP_TTL");
    option(IPPROTO_IP, IP_TOS, TRAFFIC_CLASS, "IP_TOS");
  }

  @Override
  void join() throws SystemCallException {
    // The address decides the source: without it adverts leave from the VIP once it is there.
    option(IPPROTO_IP, IP_MULTICAST_IF, request(source.getAddress()), "send on " + name);
    option(IPPROTO_IP, IP_ADD_MEMBERSHIP, request(new byte[4]), "join 224.0.0.18 on " + name);
  }

  @Override
  void bind() throws SystemCallException {
    byte[] own = socketAddress(source);
    if (Libc.bind(fd(), own, own.length) < 0) {
      throw SystemCallException.of("send from " + source.getHostAddress());
    }
  }

  @Override
  byte[] program(Hearing hearing) {
    return VrrpFilter.ipv4(hearing);
  }

  /** struct ip_mreqn: group, local address, interface index. */
  private byte[] request(byte[] local) {
    return ByteBuffer.allocate(12)
        .order(ByteOrder.nativeOrder())
        .put(GROUP)
        .put(local)
        .putInt(index)
        .array();
  }

  /** struct sockaddr_in: family in the host's order, port 0, address. */
  @Override
  byte[] socketAddress(InetAddress address) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.nativeOrder())
        .putShort((short) AF_INET)
        .putShort((short) 0)
        .put(address.getAddress())
        .array();
  }
}
