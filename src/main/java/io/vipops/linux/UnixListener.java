package io.vipops.linux;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;

/**
 * A listening stream socket at a path (unix(7)). The JDK has one too, but tells of a peer neither
 * its process nor its supplementary groups.
 */
public final class UnixListener implements Closeable {
  private static final int SOCK_STREAM = 1;
  private static final int BACKLOG = 16;

  private final SharedSocket socket;

  private UnixListener(int fd) {
    socket = new SharedSocket(fd);
  }

  /**
   * Makes the socket's file, with the mode that the process's umask gives it.
   *
   * @param path at most 107 bytes
   */
  public static UnixListener open(Path path) throws IOException {
    int fd = Libc.socket(NotifySocket.AF_UNIX, SOCK_STREAM | Descriptor.SOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw SystemCallException.of("open a socket");
    }
    UnixListener listener = new UnixListener(fd);
    try {
      byte[] address = NotifySocket.address(path.toAbsolutePath().toString());
      if (Libc.bind(fd, address, address.length) < 0) {
        throw SystemCallException.of("bind a socket to " + path);
      }
      if (Libc.listen(fd, BACKLOG) < 0) {
        throw SystemCallException.of("listen on " + path);
      }
      return listener;
    } catch (IllegalArgumentException e) {
      listener.close();
      throw new IOException("the path of a socket must be shorter than 108 bytes: " + path, e);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  /**
   * Waits for the next peer.
   *
   * @throws ClosedChannelException once this is closed
   */
  public UnixConnection accept() throws IOException {
    int fd = socket.enter();
    try {
      while (true) {
        int peer = Libc.accept4(fd, null, null, Descriptor.SOCK_CLOEXEC);
        if (peer >= 0) {
          return UnixConnection.of(peer);
        }
        SystemCallException failure = SystemCallException.of("accept");
        if (!socket.isOpen()) {
          throw new ClosedChannelException();
        }
        if (failure.errno() != Errno.EINTR) {
          throw failure;
        }
      }
    } finally {
      socket.leave();
    }
  }

  public boolean isOpen() {
    return socket.isOpen();
  }

  /** Ends a waiting {@link #accept}; the file stays. */
  @Override
  public void close() {
    socket.close();
  }
}
