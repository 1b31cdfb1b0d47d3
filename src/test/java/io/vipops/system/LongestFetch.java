package io.vipops.system;

/** The longest time that one worker was seen in its fetch without a break. */
final class LongestFetch {
  private String worker = "";
  private long sinceNs;
  private long longestNs;

  /** Asks the agent what its worker is at. */
  void look(Victim victim) {
    String step = victim.status("agent.worker_step");
    String pid = step.equals("fetch") ? victim.status("agent.worker_pid") : "";
    long nowNs = System.nanoTime();
    if (pid.isEmpty() || !pid.equals(worker)) {
      worker = pid;
      sinceNs = nowNs;
    }
    if (!pid.isEmpty()) {
      longestNs = Math.max(longestNs, nowNs - sinceNs);
    }
  }

  long longestMs() {
    return longestNs / 1_000_000;
  }
}
