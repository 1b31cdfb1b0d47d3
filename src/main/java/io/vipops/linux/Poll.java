package io.vipops.linux;

import com.sun.jna.Memory;

/** Waits for descriptors to become readable, or for time, to the nanosecond (ppoll(2)). */
public final class Poll {
  /** struct pollfd: int fd, short events, short revents. */
  private static final int POLLFD = 8;

  private static final short POLLIN = 1;

  private final Memory timespec = new Memory(16);
  private Memory fds = new Memory(16 * POLLFD);
  private int count;

  /** Takes the descriptors to wait for, replacing those before. */
  public void watch(int[] descriptors) {
    if ((long) descriptors.length * POLLFD > fds.size()) {
      fds = new Memory((long) descriptors.length * POLLFD * 2);
    }
    for (int i = 0; i < descriptors.length; i++) {
      fds.setInt((long) i * POLLFD, descriptors[i]);
      fds.setShort((long) i * POLLFD + 4, POLLIN);
      fds.setShort((long) i * POLLFD + 6, (short) 0);
    }
    count = descriptors.length;
  }

  /**
   * Returns when something is ready, the time is over, or a signal came.
   *
   * @param timeoutNs not below 0; {@link Long#MAX_VALUE}: no limit
   */
  public void await(long timeoutNs) throws SystemCallException {
    timespec.setLong(0, timeoutNs / 1_000_000_000);
    timespec.setLong(8, timeoutNs % 1_000_000_000);
    int ready = Libc.ppoll(fds, count, timeoutNs == Long.MAX_VALUE ? null : timespec, null);
    if (ready < 0) {
      SystemCallException failure = SystemCallException.of("ppoll");
      if (failure.errno() != Errno.EINTR) {
        throw failure;
      }
    }
    if (ready <= 0) {
      for (int i = 0; i < count; i++) {
        fds.setShort((long) i * POLLFD + 6, (short) 0);
      }
    }
  }

  /**
   * Whether the last {@link #await} found something: data, an error, or a hang-up.
   *
   * @param index as in {@link #watch}
   */
  public boolean ready(int index) {
    return fds.getShort((long) index * POLLFD + 6) != 0;
  }
}
