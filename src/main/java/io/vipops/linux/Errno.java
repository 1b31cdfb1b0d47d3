package io.vipops.linux;

import java.util.Locale;

/**
 * Error numbers that somebody decides by, errno(3). Equal on every architecture of Linux we run.
 */
public final class Errno {
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EAGAIN = 11;
  public static final int EINVAL = 22;
  public static final int ERANGE = 34;
  public static final int ENOBUFS = 105;

  private Errno() {}

  /** The kernel's words, in lower case: {@code no such device}. */
  public static String text(int errno) {
    String text = Libc.strerror(errno).getString(0);
    return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }
}
