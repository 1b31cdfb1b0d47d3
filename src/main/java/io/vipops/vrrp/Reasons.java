package io.vipops.vrrp;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;

/** Why a state changed, in words for the person on call. */
final class Reasons {
  private Reasons() {}

  static String advertised(InetAddress source, int theirs, int ours) {
    return source.getHostAddress() + " advertised priority " + theirs + ", ours is " + ours;
  }

  static String tied(InetAddress source, int theirs) {
    return source.getHostAddress()
        + " advertised priority "
        + theirs
        + " like ours, its address is higher";
  }

  static String degraded(InetAddress source, int theirs, int base, int ours) {
    return source.getHostAddress() + " degraded: " + theirs + " of " + base + ", ours is " + ours;
  }

  static String silent(InetAddress source, long forNs) {
    return "no advert from " + source.getHostAddress() + " for " + seconds(forNs);
  }

  static String resigned(InetAddress source) {
    return source.getHostAddress() + " resigned (priority 0)";
  }

  static String nobody(long forNs, String after) {
    return "no Active heard for " + seconds(forNs) + " after " + after;
  }

  static String stalled(InetAddress source, long forNs) {
    return source.getHostAddress() + " took over while this node stalled for " + seconds(forNs);
  }

  static String twoActives(InetAddress source, int theirs, int ours) {
    return "two Actives: "
        + source.getHostAddress()
        + " advertises priority "
        + theirs
        + " too, ours is "
        + ours
        + " and wins";
  }

  /** {@code 3.609 s}: milliseconds at most, no trailing zeros. */
  static String seconds(long ns) {
    BigDecimal seconds = BigDecimal.valueOf(ns, 9).setScale(3, RoundingMode.DOWN);
    return seconds.stripTrailingZeros().toPlainString() + " s";
  }
}
