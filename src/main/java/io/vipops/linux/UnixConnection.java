package io.vipops.linux;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * One accepted connection of a {@link UnixListener}, and who is at its other end. One thread may
 * read while another writes and a third closes.
 */
public final class UnixConnection implements Closeable {
  /** asm-generic/socket.h. */
  private static final int SO_PEERCRED = 17;

  private static final int SO_PEERGROUPS = 59;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int ID = 4;

  /** Read at once; what is asked on such a socket is short. */
  private static final int PIECE = 8192;

  private final SharedSocket socket;
  private final Peer peer;

  private UnixConnection(SharedSocket socket, Peer peer) {
    this.socket = socket;
    this.peer = peer;
  }

  /**
   * A process as the kernel saw it when it connected.
   *
   * @param pid 0: it is not in this process's PID namespace
   * @param groups its group and its supplementary ones
   */
  public record Peer(int pid, int user, Set<Integer> groups) {}

  /** Takes the descriptor over. */
  static UnixConnection of(int fd) throws SystemCallException {
    SharedSocket socket = new SharedSocket(fd);
    try {
      return new UnixConnection(socket, peer(fd));
    } catch (SystemCallException e) {
      socket.close();
      throw e;
    }
  }

  private static Peer peer(int fd) throws SystemCallException {
    // struct ucred: pid_t pid; uid_t uid; gid_t gid
    ByteBuffer credentials = option(fd, SO_PEERCRED, 3 * ID);
    int pid = credentials.getInt();
    int user = credentials.getInt();
    Set<Integer> groups = new TreeSet<>(Set.of(credentials.getInt()));
    ByteBuffer others = option(fd, SO_PEERGROUPS, 64 * ID);
    while (others.hasRemaining()) {
      groups.add(others.getInt());
    }
    return new Peer(pid, user, groups);
  }

  /** An option of as many bytes as it has, which the kernel says when {@code guess} is too few. */
  private static ByteBuffer option(int fd, int option, int guess) throws SystemCallException {
    int[] length = {guess};
    byte[] value = new byte[guess];
    while (Libc.getsockopt(fd, Descriptor.SOL_SOCKET, option, value, length) < 0) {
      SystemCallException failure = SystemCallException.of("ask who is connected");
      if (failure.errno() != Errno.ERANGE || length[0] <= value.length) {
        throw failure;
      }
      value = new byte[length[0]];
    }
    return ByteBuffer.wrap(Arrays.copyOf(value, length[0])).order(ByteOrder.nativeOrder());
  }

  public Peer peer() {
    return peer;
  }

  /** Reads, and waits for something to read. */
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        byte[] piece = new byte[Math.min(length, PIECE)];
        int count = (int) uninterrupted(fd -> Libc.recv(fd, piece, piece.length, 0), "read");
        System.arraycopy(piece, 0, into, offset, count);
        return count == 0 ? -1 : count;
      }

      @Override
      public void close() {
        UnixConnection.this.close();
      }
    };
  }

  /** Writes, and waits until all of it is taken. */
  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        int sent = 0;
        while (sent < length) {
          byte[] rest = Arrays.copyOfRange(from, offset + sent, offset + length);
          sent +=
              (int)
                  uninterrupted(
                      fd -> Libc.sendto(fd, rest, rest.length, MSG_NOSIGNAL, null, 0), "write");
        }
      }

      @Override
      public void close() {
        UnixConnection.this.close();
      }
    };
  }

  private interface Transfer {
    long apply(int fd);
  }

  private long uninterrupted(Transfer transfer, String what) throws IOException {
    int fd = socket.enter();
    try {
      while (true) {
        long count = transfer.apply(fd);
        if (count >= 0) {
          return count;
        }
        SystemCallException failure = SystemCallException.of(what);
        if (failure.errno() != Errno.EINTR) {
          throw failure;
        }
      }
    } finally {
      socket.leave();
    }
  }

  /** Ends whatever waits in its streams. */
  @Override
  public void close() {
    socket.close();
  }
}
