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

  /** 255 addresses in version 2 and the longest IP header are 1,096 bytes. */
  private static final int PACKET = 2048;

  private static final int HEADER = 64;
  private static final int CONTROL = 128;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_TIMESTAMPNS = 35;
  private static final int SO_RXQ_OVFL = 40;
  private static final int MSG_DONTWAIT = 0x40;

  private final Memory headers = new Memory(CAPACITY * HEADER);
  private final Memory vectors = new Memory(CAPACITY * 16L);
  private final Memory packets = new Memory(CAPACITY * PACKET);
  private final Memory control = new Memory(CAPACITY * CONTROL);
  private int count;

  public PacketBatch() {
    headers.clear();
    for (int i = 0; i < CAPACITY; i++) {
      vectors.setPointer(i * 16L, packets.share((long) i * PACKET));
      vectors.setLong(i * 16L + 8, PACKET);
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
    for (int i = 0; i < CAPACITY; i++) {
      headers.setLong(at(i, 40), CONTROL);
    }
    count = Libc.recvmmsg(socket.fd(), headers, CAPACITY, MSG_DONTWAIT, null);
    if (count < 0) {
      count = 0;
      SystemCallException failure = SystemCallException.of("receive adverts");
      if (failure.errno() != Errno.EAGAIN && failure.errno() != Errno.EINTR) {
        throw failure;
      }
    }
    return count;
  }

  /** The packet from its IP header on. */
  public byte[] packet(int index) {
    return packets.getByteArray(
        (long) index * PACKET, Math.min(PACKET, headers.getInt(at(index, 56))));
  }

  /** When the kernel received it, by CLOCK_REALTIME; 0: unknown. */
  public long realtimeNs(int index) {
    long data = find(index, SCM_TIMESTAMPNS);
    return data < 0 ? 0 : control.getLong(data) * 1_000_000_000 + control.getLong(data + 8);
  }

  /** How many packets this socket lost to a full buffer before this one, since it was opened. */
  public int lost(int index) {
    long data = find(index, SO_RXQ_OVFL);
    return data < 0 ? 0 : control.getInt(data);
  }

  /** struct cmsghdr: size_t len; int level; int type; data; each aligned to 8 bytes. */
  private long find(int index, int type) {
    long start = (long) index * CONTROL;
    long end = start + Math.min(CONTROL, headers.getLong(at(index, 40)));
    for (long at = start; at + 16 <= end; ) {
      long length = control.getLong(at);
      if (length < 16 || at + length > end) {
        return -1;
      }
      if (control.getInt(at + 8) == SOL_SOCKET && control.getInt(at + 12) == type) {
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
