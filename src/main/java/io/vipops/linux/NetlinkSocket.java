package io.vipops.linux;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A netlink socket: messages in, messages out (netlink(7)). One thread. */
public final class NetlinkSocket extends Descriptor {
  /** Routing, links and addresses. */
  public static final int ROUTE = 0;

  /** Sockets of this host (sock_diag(7)). */
  public static final int SOCK_DIAG = 4;

  /** Packet filters, {@code nft(8)}. */
  public static final int NETFILTER = 12;

  private static final int AF_NETLINK = 16;
  private static final int SO_RCVTIMEO = 20;
  private static final int RECEIVE_BUFFER = 1 << 20;

  /** The kernel fills at most 32 KiB of one read, whatever there is to say. */
  private static final int MESSAGE_LIMIT = 64 * 1024;

  private final Memory buffer = new Memory(MESSAGE_LIMIT);
  private final int portId;

  /**
   * @param groups bit mask of notification groups; 0: none, for requests
   */
  public NetlinkSocket(int protocol, int groups) throws SystemCallException {
    super(Libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), "open a netlink socket");
    try {
      receiveBuffer(RECEIVE_BUFFER);
      // The kernel answers before it returns; the second is for a kernel that does not.
      option(SOL_SOCKET, SO_RCVTIMEO, seconds(1), "SO_RCVTIMEO");
      byte[] address = address(groups);
      if (Libc.bind(fd(), address, address.length) < 0) {
        throw SystemCallException.of("bind a netlink socket");
      }
      if (Libc.getsockname(fd(), address, new int[] {address.length}) < 0) {
        throw SystemCallException.of("name a netlink socket");
      }
      portId = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).getInt(4);
    } catch (SystemCallException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** What notifications carry that this socket's own requests caused. */
  public int portId() {
    return portId;
  }

  public void send(byte[] message) throws SystemCallException {
    byte[] kernel = address(0);
    if (Libc.sendto(fd(), message, message.length, 0, kernel, kernel.length) < 0) {
      throw SystemCallException.of("netlink request");
    }
  }

  /**
   * Waits for an answer, a second at most.
   *
   * @return one or more messages, one after the other
   */
  public byte[] receive() throws SystemCallException {
    byte[] answer = read(0);
    if (answer == null) {
      throw SystemCallException.of("netlink answer", Errno.EAGAIN);
    }
    return answer;
  }

  /**
   * Takes what is there, without waiting.
   *
   * @return null: nothing
   * @throws SystemCallException ENOBUFS: notifications were lost, ask for everything anew
   */
  public byte @Nullable [] poll() throws SystemCallException {
    return read(MSG_DONTWAIT);
  }

  private byte @Nullable [] read(int flags) throws SystemCallException {
    long length = Libc.recv(fd(), buffer, MESSAGE_LIMIT, flags);
    if (length >= 0) {
      return buffer.getByteArray(0, (int) length);
    }
    SystemCallException failure = SystemCallException.of("netlink answer");
    if (failure.errno() == Errno.EAGAIN || failure.errno() == Errno.EINTR) {
      return null;
    }
    throw failure;
  }

  /** struct sockaddr_nl: family, pad, port id (0: the kernel, or its choice), groups. */
  private static byte[] address(int groups) {
    return ByteBuffer.allocate(12)
        .order(ByteOrder.nativeOrder())
        .putShort((short) AF_NETLINK)
        .putShort((short) 0)
        .putInt(0)
        .putInt(groups)
        .array();
  }

  /** struct timeval. */
  private static byte[] seconds(long seconds) {
    return ByteBuffer.allocate(16).order(ByteOrder.nativeOrder()).putLong(seconds).array();
  }
}
