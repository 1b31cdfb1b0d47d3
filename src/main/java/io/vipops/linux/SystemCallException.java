package io.vipops.linux;

import com.sun.jna.Native;
import java.io.IOException;

/** A system call failed: what was tried, and the kernel's own words for why. */
public final class SystemCallException extends IOException {
  private static final long serialVersionUID = 1;

  private final int errno;

  private SystemCallException(String message, int errno) {
    super(message);
    this.errno = errno;
  }

  /**
   * Reads errno of the last call on this thread.
   *
   * @param what was tried, e.g. {@code join 224.0.0.18 on eth0}
   */
  static SystemCallException of(String what) {
    return of(what, Native.getLastError());
  }

  /** For an error number that came another way, e.g. in a netlink answer. */
  public static SystemCallException of(String what, int errno) {
    return new SystemCallException(what + ": " + Errno.text(errno), errno);
  }

  /** The error's number, positive; see {@link Errno}. */
  public int errno() {
    return errno;
  }
}
