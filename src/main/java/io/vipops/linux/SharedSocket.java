package io.vipops.linux;

import java.io.Closeable;
import java.nio.channels.ClosedChannelException;

/**
 * A socket that several threads wait in. Closing it ends their waiting; its number is given back
 * when the last of them has left, so that none of them can meet another file under it.
 */
final class SharedSocket implements Closeable {
  private static final int SHUT_RDWR = 2;

  private final int fd;
  private int inside;
  private boolean closed;

  SharedSocket(int fd) {
    this.fd = fd;
  }

  /** The number, good until {@link #leave}. */
  synchronized int enter() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
    inside++;
    return fd;
  }

  synchronized void leave() {
    inside--;
    release();
  }

  synchronized boolean isOpen() {
    return !closed;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      int unused = Libc.shutdown(fd, SHUT_RDWR);
      release();
    }
  }

  private void release() {
    if (closed && inside == 0) {
      int unused = Libc.close(fd);
    }
  }
}
