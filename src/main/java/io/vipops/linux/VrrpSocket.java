package io.vipops.linux;

import com.sun.jna.Memory;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A raw socket for VRRP over IPv4 (protocol 112) on one interface: hears adverts to 224.0.0.18 that
 * arrive there and sends them there, TTL 255, from the node's own address. Not bound to that
 * address, for then it would hear no multicast.
 *
 * <p>It belongs to the interface's index, not its name: an interface that was deleted and made
 * again needs a new one.
 */
public final class VrrpSocket extends Descriptor {
  /** Holds some 10,000 adverts; the default holds 256. */
  private static final int RECEIVE_BUFFER = 4 << 20;

  private static final int AF_INET = 2;
  private static final int IPPROTO_VRRP = 112;
  private static final int SO_BINDTODEVICE = 25;
  private static final int SO_ATTACH_FILTER = 26;
  private static final int SO_TIMESTAMPNS = 35;
  private static final int SO_RXQ_OVFL = 40;
  // linux/in.h
  private static final int IPPROTO_IP = 0;
  private static final int IP_TOS = 1;
  private static final int IP_TTL = 2;
  private static final int IP_MULTICAST_IF = 32;
  private static final int IP_MULTICAST_TTL = 33;
  private static final int IP_MULTICAST_LOOP = 34;
  private static final int IP_ADD_MEMBERSHIP = 35;
  private static final int IP_MULTICAST_ALL = 49;

  /** Internetwork control, as peers send it. */
  private static final int TRAFFIC_CLASS = 0xc0;

  private static final byte[] GROUP = {(byte) 224, 0, 0, 18};
  private static final byte[] DESTINATION = socketAddress(GROUP);

  private VrrpSocket(String interfaceName) throws SystemCallException {
    super(
        Libc.socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_VRRP),
        "open a VRRP socket on " + interfaceName);
  }

  /**
   * Opens, joins and filters; nothing arrives that {@code virtualRouterIds} does not name.
   *
   * @param source the node's own address on the interface
   * @throws SystemCallException no such interface, or not allowed (CAP_NET_RAW)
   */
  public static VrrpSocket open(
      String interfaceName, int interfaceIndex, Inet4Address source, SortedSet<Integer> ids)
      throws SystemCallException {
    VrrpSocket socket = new VrrpSocket(interfaceName);
    try {
      socket.prepare(interfaceName, interfaceIndex, source, ids);
      return socket;
    } catch (SystemCallException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void prepare(String name, int index, Inet4Address source, SortedSet<Integer> ids)
      throws SystemCallException {
    // A raw socket hears every interface from its first moment on: hear nothing until it is bound.
    filter(new TreeSet<>());
    option(
        SOL_SOCKET,
        SO_BINDTODEVICE,
        (name + "\0").getBytes(StandardCharsets.UTF_8),
        "bind to " + name);
    receiveBuffer(RECEIVE_BUFFER);
    option(SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS");
    option(SOL_SOCKET, SO_RXQ_OVFL, 1, "SO_RXQ_OVFL");
    // Else the kernel delivers every group that any program on this host joined.
    option(IPPROTO_IP, IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL");
    option(IPPROTO_IP, IP_MULTICAST_LOOP, 0, "IP_MULTICAST_LOOP");
    option(IPPROTO_IP, IP_MULTICAST_TTL, 255, "IP_MULTICAST_TTL");
    option(IPPROTO_IP, IP_TTL, 255, "IP_TTL");
    option(IPPROTO_IP, IP_TOS, TRAFFIC_CLASS, "IP_TOS");
    // The address decides the source: without it adverts leave from the VIP once it is there.
    option(IPPROTO_IP, IP_MULTICAST_IF, request(source.getAddress(), index), "send on " + name);
    option(
        IPPROTO_IP, IP_ADD_MEMBERSHIP, request(new byte[4], index), "join 224.0.0.18 on " + name);
    byte[] early = new byte[1];
    while (Libc.read(fd(), early, early.length) >= 0) {
      // What slipped in before the first filter.
    }
    filter(ids);
  }

  /** Replaces the virtual routers whose adverts are let through. */
  public void filter(SortedSet<Integer> virtualRouterIds) throws SystemCallException {
    byte[] program = VrrpFilter.ipv4(virtualRouterIds);
    // struct sock_fprog: unsigned short len; struct sock_filter *filter.
    try (Memory code = new Memory(program.length);
        Memory header = new Memory(16)) {
      code.write(0, program, 0, program.length);
      header.clear();
      header.setShort(0, (short) (program.length / VrrpFilter.INSTRUCTION));
      header.setPointer(8, code);
      if (Libc.setsockopt(fd(), SOL_SOCKET, SO_ATTACH_FILTER, header, 16) < 0) {
        throw SystemCallException.of("attach a packet filter");
      }
    }
  }

  /** Sends one advertisement to the group; the kernel writes the IP header. */
  public void send(byte[] advertisement) throws SystemCallException {
    if (Libc.sendto(fd(), advertisement, advertisement.length, MSG_DONTWAIT, DESTINATION, 16) < 0) {
      throw SystemCallException.of("send to 224.0.0.18");
    }
  }

  /** struct ip_mreqn: group, local address, interface index. */
  private static byte[] request(byte[] local, int index) {
    return ByteBuffer.allocate(12)
        .order(ByteOrder.nativeOrder())
        .put(GROUP)
        .put(local)
        .putInt(index)
        .array();
  }

  /** struct sockaddr_in: family in the host's order, port 0, address. */
  private static byte[] socketAddress(byte[] address) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.nativeOrder())
        .putShort((short) AF_INET)
        .putShort((short) 0)
        .put(address)
        .array();
  }
}
