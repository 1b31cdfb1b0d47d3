package io.vipops.lab;

import com.sun.jna.Native;

/** The kernel's account of the processor time of another process, in nanoseconds. */
public final class CpuClock {
  static {
    Native.register(CpuClock.class, "c");
  }

  private CpuClock() {}

  private static native int clock_getcpuclockid(int pid, int[] clock);

  private static native int clock_gettime(int clock, long[] secondsAndNanoseconds);

  /**
   * What all threads of {@code pid} have used so far, those that ended among them, not its
   * children: clock_getcpuclockid(3).
   */
  public static long nanos(long pid) {
    int[] clock = new int[1];
    long[] time = new long[2];
    if (clock_getcpuclockid((int) pid, clock) != 0 || clock_gettime(clock[0], time) != 0) {
      throw new AssertionError("process " + pid + " has no CPU clock: it is gone");
    }
    return time[0] * 1_000_000_000 + time[1];
  }
}
