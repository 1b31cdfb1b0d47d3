package io.vipops.vrrp;

/** The protocol's derived times (RFC 9568 §6.1, RFC 3768 §6.1), in nanoseconds. */
final class Intervals {
  static final long NEVER = Long.MAX_VALUE;
  static final long SECOND_NS = 1_000_000_000L;

  private Intervals() {}

  /**
   * Skew_Time: the better the priority, the earlier a Backup acts.
   *
   * @param adverIntervalNs the Active's; version 2 does not scale with it
   */
  static long skewNs(int version, int priority, long adverIntervalNs) {
    long scaleNs = version == 2 ? SECOND_NS : adverIntervalNs;
    return (256 - priority) * scaleNs / 256;
  }

  /** Active_Down_Interval (Master_Down_Interval in version 2): silence after which it is gone. */
  static long downNs(int version, int priority, long adverIntervalNs) {
    return 3 * adverIntervalNs + skewNs(version, priority, adverIntervalNs);
  }

  /** The first whole multiple of an interval after a time. */
  static long nextMultipleNs(long nowNs, long intervalNs) {
    return (Math.floorDiv(nowNs, intervalNs) + 1) * intervalNs;
  }
}
