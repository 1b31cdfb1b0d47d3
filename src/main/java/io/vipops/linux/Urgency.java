package io.vipops.linux;

import com.sun.jna.Memory;

/** What keeps the rest of the host from holding a thread up: sched(7), mlockall(2). */
public final class Urgency {
  private static final int SCHED_RR = 2;

  /** What the thread starts is not as urgent as it is. */
  private static final int SCHED_RESET_ON_FORK = 0x40000000;

  private static final int MCL_CURRENT = 1;
  private static final int MCL_FUTURE = 2;

  /** Only what is in use: a JVM reserves gigabytes that it never touches. */
  private static final int MCL_ONFAULT = 4;

  private Urgency() {}

  /**
   * The calling thread goes before every one that is not real-time.
   *
   * @param priority 1-99
   * @throws SystemCallException not permitted: neither CAP_SYS_NICE nor RLIMIT_RTPRIO
   */
  public static void realtime(int priority) throws SystemCallException {
    try (Memory parameter = new Memory(4)) { // struct sched_param: int
      parameter.setInt(0, priority);
      if (Libc.sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, parameter) < 0) {
        throw SystemCallException.of("SCHED_RR");
      }
    }
  }

  /**
   * What this process has in memory, and takes from now on, stays there.
   *
   * @throws SystemCallException not permitted: neither CAP_IPC_LOCK nor RLIMIT_MEMLOCK
   */
  public static void keepInMemory() throws SystemCallException {
    if (Libc.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0) {
      throw SystemCallException.of("mlockall");
    }
  }
}
