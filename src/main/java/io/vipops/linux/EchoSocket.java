package io.vipops.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends an ICMP echo request and waits for its answer (RFC 792, RFC 4443 §4.1, §4.2).
 *
 * <pre>
 *    0                   1                   2                   3
 *   |     Type      |   Code = 0    |           Checksum            |
 *   |          Identifier           |        Sequence Number        |
 *   |  Data: eight bytes by which our own answer is known           |
 * </pre>
 *
 * A "ping socket" where the kernel gives us one (icmp(7), ping_group_range), else a raw one: that
 * hears every ICMP packet of the peer's, so an answer counts only with the data of its request.
 */
public final class EchoSocket extends Descriptor {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_DGRAM = 2;
  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;
  private static final int ECHO = 8;
  private static final int ECHO_REPLY = 0;
  private static final int ECHO_V6 = 128;
  private static final int ECHO_REPLY_V6 = 129;
  private static final int HEADER = 8;
  private static final int DATA = 8;

  /** So often the wait looks whether its thread is wanted elsewhere. */
  private static final long SLICE_NS = 500_000_000L;

  /** Makes the data of two requests differ that are sent within one tick of the clock. */
  private static final AtomicInteger SENT = new AtomicInteger();

  private final boolean ipv6;
  private final byte[] data =
      ByteBuffer.allocate(DATA).putLong(System.nanoTime() * 31 + SENT.incrementAndGet()).array();
  private final byte[] packet = new byte[512];

  private EchoSocket(int fd, boolean ipv6) throws SystemCallException {
    super(fd, "open a ping socket (a raw one needs CAP_NET_RAW)");
    this.ipv6 = ipv6;
  }

  /**
   * A socket that hears this address only.
   *
   * @throws SystemCallException not allowed, or there is no way to the address
   */
  public static EchoSocket open(InetAddress to) throws SystemCallException {
    boolean ipv6 = to.getAddress().length == 16;
    int family = ipv6 ? AF_INET6 : AF_INET;
    int protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd = Libc.socket(family, SOCK_DGRAM | flags, protocol);
    if (fd < 0) {
      fd = Libc.socket(family, SOCK_RAW | flags, protocol);
    }
    EchoSocket socket = new EchoSocket(fd, ipv6);
    byte[] address = address(to, ipv6);
    if (Libc.connect(socket.fd(), address, address.length) < 0) {
      SystemCallException failure = SystemCallException.of("no way there");
      socket.close();
      throw failure;
    }
    return socket;
  }

  /** struct sockaddr_in: family, port, address[4], zero[8]; sockaddr_in6: flow info, scope too. */
  private static byte[] address(InetAddress to, boolean ipv6) {
    ByteBuffer address = ByteBuffer.allocate(ipv6 ? 28 : 16).order(ByteOrder.nativeOrder());
    address.putShort((short) (ipv6 ? AF_INET6 : AF_INET)).putShort((short) 0);
    if (ipv6) {
      address.putInt(0);
    }
    return address.put(to.getAddress()).array();
  }

  /** Sends the request. A ping socket puts its own identifier and checksum in. */
  public void send() throws SystemCallException {
    byte[] request =
        ByteBuffer.allocate(HEADER + DATA)
            .put((byte) (ipv6 ? ECHO_V6 : ECHO))
            .put((byte) 0)
            .putShort((short) 0)
            .putShort((short) ProcessHandle.current().pid())
            .putShort((short) 1)
            .put(data)
            .array();
    if (!ipv6) { // ICMPv6's goes over a pseudo-header, and the kernel makes it (RFC 3542 §3.1)
      ByteBuffer.wrap(request).putShort(2, (short) ~sum(request));
    }
    if (Libc.sendto(fd(), request, request.length, MSG_DONTWAIT, null, 0) < 0) {
      throw SystemCallException.of("not sent");
    }
  }

  /**
   * Waits for the answer.
   *
   * @param deadlineNs of {@link System#nanoTime}
   * @return false: the time is over, or this thread was interrupted
   * @throws SystemCallException a router on the way says that there is no such host
   */
  public boolean answered(long deadlineNs) throws SystemCallException {
    Poll poll = new Poll();
    poll.watch(new int[] {fd()});
    long leftNs = deadlineNs - System.nanoTime();
    while (leftNs > 0 && !Thread.currentThread().isInterrupted()) {
      poll.await(Math.min(leftNs, SLICE_NS));
      if (poll.ready(0) && isAnswer()) {
        return true;
      }
      leftNs = deadlineNs - System.nanoTime();
    }
    return false;
  }

  private boolean isAnswer() throws SystemCallException {
    long length = Libc.recv(fd(), packet, packet.length, MSG_DONTWAIT);
    if (length < 0) {
      SystemCallException failure = SystemCallException.of("no answer");
      if (failure.errno() == Errno.EAGAIN || failure.errno() == Errno.EINTR) {
        return false;
      }
      throw failure;
    }
    // A raw IPv4 socket hands the IP header in, of as many words as its first byte says.
    boolean withHeader = !ipv6 && length > 0 && packet[0] >> 4 == 4;
    int at = withHeader ? (packet[0] & 0xf) * 4 : 0;
    return length == at + HEADER + DATA
        && (packet[at] & 0xff) == (ipv6 ? ECHO_REPLY_V6 : ECHO_REPLY)
        && Arrays.equals(packet, at + HEADER, at + HEADER + DATA, data, 0, DATA);
  }

  /** RFC 1071, of an even number of bytes. */
  private static int sum(byte[] bytes) {
    int sum = 0;
    for (int i = 0; i < bytes.length; i += 2) {
      sum += ByteBuffer.wrap(bytes).getShort(i) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (sum & 0xffff) + (sum >>> 16);
  }
}
