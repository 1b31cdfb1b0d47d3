package io.vipops.linux;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;

/**
 * A raw socket for VRRP (protocol 112) of one family on one interface: hears adverts that arrive
 * there, to the group or to the node's own address, and sends them there with TTL or hop limit 255,
 * from that address.
 *
 * <p>It belongs to the interface's index, not its name: an interface that was deleted and made
 * again needs a new one.
 */
public abstract sealed class VrrpSocket extends Descriptor permits VrrpSocketIpv4, VrrpSocketIpv6 {
  /** Holds some 10,000 adverts; the default holds 256. */
  private static final int RECEIVE_BUFFER = 4 << 20;

  private static final int IPPROTO_VRRP = 112;
  private static final int SO_BINDTODEVICE = 25;
  private static final int SO_TIMESTAMPNS = 35;
  private static final int SO_RXQ_OVFL = 40;

  /** Internetwork control, as peers send it. */
  static final int TRAFFIC_CLASS = 0xc0;

  /** An advertisement and where it goes. */
  public record Packet(byte[] advertisement, InetAddress to) {}

  VrrpSocket(int family, String interfaceName) throws SystemCallException {
    super(
        Libc.socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_VRRP),
        "open a VRRP socket on " + interfaceName);
  }

  /**
   * Opens and filters; nothing arrives that {@code hearing} does not name. Joins the group where
   * that is to be heard, and else not.
   *
   * @param source the node's own address on the interface, whose family is the socket's
   * @throws SystemCallException no such interface or address, or not allowed (CAP_NET_RAW)
   */
  public static VrrpSocket open(
      String interfaceName, int interfaceIndex, InetAddress source, Hearing hearing)
      throws SystemCallException {
    VrrpSocket socket =
        source instanceof Inet6Address ipv6
            ? new VrrpSocketIpv6(interfaceName, interfaceIndex, ipv6)
            : new VrrpSocketIpv4(interfaceName, interfaceIndex, (Inet4Address) source);
    try {
      socket.prepare(interfaceName, hearing);
      return socket;
    } catch (SystemCallException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void prepare(String interfaceName, Hearing hearing) throws SystemCallException {
    // A raw socket hears every interface from its first moment on: hear nothing until it is bound.
    filter(new Hearing(new TreeSet<>(), null));
    option(
        SOL_SOCKET,
        SO_BINDTODEVICE,
        (interfaceName + "\0").getBytes(StandardCharsets.UTF_8),
        "bind to " + interfaceName);
    Hearing.Peers peers = hearing.peers();
    if (peers == null || !peers.refused()) { // what is only counted may be lost
      receiveBuffer(RECEIVE_BUFFER);
    }
    option(SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS");
    option(SOL_SOCKET, SO_RXQ_OVFL, 1, "SO_RXQ_OVFL");
    options();
    if (peers == null) {
      join();
    } else {
      bind();
    }
    byte[] early = new byte[1];
    while (Libc.read(fd(), early, early.length) >= 0) {
      // What slipped in before the first filter.
    }
    filter(hearing);
  }

  /** Sets what the family has of its own. */
  abstract void options() throws SystemCallException;

  /** Joins the group, and sends to it from the node's own address. */
  abstract void join() throws SystemCallException;

  /** Hears what goes to the node's own address alone, and sends from that. */
  abstract void bind() throws SystemCallException;

  /** The family's filter; see {@link VrrpFilter}. */
  abstract byte[] program(Hearing hearing);

  /** The family's socket address. */
  abstract byte[] socketAddress(InetAddress address);

  /**
   * Replaces what is let through.
   *
   * @param hearing to the group, or from peers, as the socket was opened for
   */
  public final void filter(Hearing hearing) throws SystemCallException {
    attach(program(hearing));
  }

  /**
   * Sends each packet, whichever of them cannot be sent; the kernel writes the IP header.
   *
   * @throws SystemCallException the first failure
   */
  public final void send(List<Packet> packets) throws SystemCallException {
    SystemCallException failure = null;
    for (Packet it : packets) {
      byte[] bytes = it.advertisement;
      byte[] to = socketAddress(it.to);
      if (Libc.sendto(fd(), bytes, bytes.length, MSG_DONTWAIT, to, to.length) < 0
          && failure == null) {
        failure = SystemCallException.of("send to " + it.to.getHostAddress());
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
