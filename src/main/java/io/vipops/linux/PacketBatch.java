package io.vipops.linux;

import com.sun.jna.Memory;

/**
 * Up to {@link #CAPACITY} packets taken from a socket by one call (recvmmsg(2)), each with the time
 * at which the kernel received it. The memory is made once; each read fills it anew.
 *
 * <pre>
 *   struct mmsghdr, 64 bytes:  0 name  8 namelen  16 iov  24 iovlen  32 control  40 controllen
 *                              48 flags  56 msg_len
 * </pre>
 */
public final class PacketBatch {
  public static final int CAPACITY = 32;

  /** 255 addresses of IPv6 are 4,088 bytes; of IPv4, with the longest IP header, 1,096. */
  private static final int PACKET = 4096;

  /** sizeof(struct sockaddr_in6), rounded up; the address begins at 8. */
  private static final int NAME = 32;

  private static final int HEADER = 64;
  private static final int CONTROL = 256;
  private static final int SOL_SOCKET = 1;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_PKTINFO = 50;
  private static final int IPV6_HOPLIMIT = 52;
  private static final int SCM_TIMESTAMPNS = 35;
  private static final int SO_RXQ_OVFL = 40;
  private static final int MSG_DONTWAIT = 0x40;

  private final Memory headers = new Memory(CAPACITY * HEADER);
  private final Memory vectors = new Memory(CAPACITY * 16L);
  private final Memory packets = new Memory(CAPACITY * PACKET);
  private final Memory control = new Memory(CAPACITY * CONTROL);
  private final Memory names = new Memory(CAPACITY * NAME);
  private int count;

  public PacketBatch() {
    headers.clear();
    names.clear();
    for (int i = 0; i < CAPACITY; i++) {
      vectors.setPointer(i * 16L, packets.share((long) i * PACKET));
      vectors.setLong(i * 16L + 8, PACKET);
      headers.setPointer(at(i, 0), names.share((long) i * NAME));
      headers.setPointer(at(i, 16), vectors.share(i * 16L));
      headers.setLong(at(i, 24), 1);
      headers.setPointer(at(i, 32), control.share((long) i * CONTROL));
    }
  }

  /**
   * Takes what is there, without waiting.
   *
   * @return how many; fewer than {@link #CAPACITY}: the socket is empty
   * @throws SystemCallException e.g. the interface went down (ENETDOWN); the socket may live on
   */
  public int receive(VrrpSocket socket) throws SystemCallException {
    return receive(socket, "receive adverts");
  }

  /** The same; see {@link ClaimSocket}. */
  public int receive(ClaimSocket socket) throws SystemCallException {
    return receive(socket, "receive claims");
  }

  private int receive(Descriptor socket, String what) throws SystemCallException {
    for (int i = 0; i < CAPACITY; i++) {
      headers.setInt(at(i, 8), NAME);
      headers.setLong(at(i, 40), CONTROL);
    }
    count = Libc.recvmmsg(socket.fd(), headers, CAPACITY, MSG_DONTWAIT, null);
    if (count < 0) {
      count = 0;
      SystemCallException failure = SystemCallException.of(what);
      if (failure.errno() != Errno.EAGAIN && failure.errno() != Errno.EINTR) {
        throw failure;
      }
    }
    return count;
  }

  /** The packet from its IP header on; of IPv6 only what follows the IP headers. */
  public byte[] packet(int index) {
    return packets.getByteArray(
        (long) index * PACKET, Math.min(PACKET, headers.getInt(at(index, 56))));
  }

  /** When the kernel received it, by CLOCK_REALTIME; 0: unknown. */
  public long realtimeNs(int index) {
    long data = find(index, SOL_SOCKET, SCM_TIMESTAMPNS);
    return data < 0 ? 0 : control.getLong(data) * 1_000_000_000 + control.getLong(data + 8);
  }

  /** How many packets this socket lost to a full buffer before this one, since it was opened. */
  public int lost(int index) {
    long data = find(index, SOL_SOCKET, SO_RXQ_OVFL);
    return data < 0 ? 0 : control.getInt(data);
  }

  /** Where an IPv6 packet came from, 16 bytes. */
  public byte[] source6(int index) {
    return names.getByteArray((long) index * NAME + 8, 16);
  }

  /**
   * Where an IPv6 packet went, 16 bytes; all zeros: unknown. struct in6_pktinfo: address, index.
   */
  public byte[] destination6(int index) {
    long data = find(index, IPPROTO_IPV6, IPV6_PKTINFO);
    return data < 0 ? new byte[16] : control.getByteArray(data, 16);
  }

  /** The number of the interface that an IPv6 packet came by; 0: unknown. */
  public int interface6(int index) {
    long data = find(index, IPPROTO_IPV6, IPV6_PKTINFO);
    return data < 0 ? 0 : control.getInt(data + 16);
  }

  /** The number of the interface that a frame came by. struct sockaddr_ll: at 4. */
  public int interfaceOfFrame(int index) {
    return names.getInt((long) index * NAME + 4);
  }

  /** The hop limit that an IPv6 packet arrived with; 0: unknown. */
  public int hopLimit(int index) {
    long data = find(index, IPPROTO_IPV6, IPV6_HOPLIMIT);
    return data < 0 ? 0 : control.getInt(data);
  }

  /** struct cmsghdr: size_t len; int level; int type; data; each aligned to 8 bytes. */
  private long find(int index, int level, int type) {
    long start = (long) index * CONTROL;
    long end = start + Math.min(CONTROL, headers.getLong(at(index, 40)));
    for (long at = start; at + 16 <= end; ) {
      long length = control.getLong(at);
      if (length < 16 || at + length > end) {
        return -1;
      }
      if (control.getInt(at + 8) == level && control.getInt(at + 12) == type) {
        return at + 16;
      }
      at += (length + 7) & ~7L;
    }
    return -1;
  }

  private static long at(int index, int field) {
    return (long) index * HEADER + field;
  }
}
