package io.vipops.linux;

import com.sun.jna.Memory;

/**
 * The kernel's clocks (clock_gettime(2)). {@link System#nanoTime} is CLOCK_MONOTONIC on Linux; the
 * kernel stamps packets with CLOCK_REALTIME, so the distance of the two is needed. One thread.
 */
public final class Clocks {
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_MONOTONIC = 1;
  private static final int CLOCK_BOOTTIME = 7;
  private final Memory timespec = new Memory(16);

  /** Nanoseconds since the epoch. */
  public long realtimeNs() {
    return ns(CLOCK_REALTIME);
  }

  /** For how long the host has been suspended since it booted, give or take microseconds. */
  public long suspendedNs() {
    long monotonicNs = ns(CLOCK_MONOTONIC);
    return ns(CLOCK_BOOTTIME) - monotonicNs;
  }

  private long ns(int clock) {
    int unused = Libc.clock_gettime(clock, timespec);
    return timespec.getLong(0) * 1_000_000_000 + timespec.getLong(8);
  }
}
