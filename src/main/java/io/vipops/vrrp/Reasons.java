package io.vipops.vrrp;

import io.vipops.spec.Addresses;
import io.vipops.spec.VirtualAddress;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;

/** Why a state changed, in words for the person on call. */
final class Reasons {
  private Reasons() {}

  static String advertised(InetAddress source, int theirs, int ours) {
    return Addresses.text(source) + " advertised priority " + theirs + ", ours is " + ours;
  }

  static String overheard(Overheard heard, int ours) {
    String line =
        heard.priority() == ours
            ? tied(heard.source(), ours)
            : advertised(heard.source(), heard.priority(), ours);
    return line + " (" + heard.member() + " of the same sync group)";
  }

  static String tied(InetAddress source, int theirs) {
    return Addresses.text(source)
        + " advertised priority "
        + theirs
        + " like ours, its address is higher";
  }

  static String degraded(InetAddress source, int theirs, int base, int ours) {
    return Addresses.text(source) + " degraded: " + theirs + " of " + base + ", ours is " + ours;
  }

  static String silent(InetAddress source, long forNs) {
    return "no advert from " + Addresses.text(source) + " for " + seconds(forNs);
  }

  static String resigned(InetAddress source) {
    return Addresses.text(source) + " resigned (priority 0)";
  }

  static String nobody(long forNs, String after) {
    return "no Active heard for " + seconds(forNs) + " after " + after;
  }

  static String stalled(InetAddress source, long forNs) {
    return Addresses.text(source) + " took over while this node stalled for " + seconds(forNs);
  }

  static String twoActives(InetAddress source, int theirs, int ours) {
    return "two Actives: "
        + Addresses.text(source)
        + " advertises priority "
        + theirs
        + " too, ours is "
        + ours
        + (ours < theirs ? ", a moment ago more" : " and wins");
  }

  static String removed(VirtualAddress vip) {
    return vip.prefix() + " was removed by somebody else and is restored";
  }

  static String fight(Instance instance, VirtualAddress vip) {
    String on = vip.interfaceName() == null ? instance.interfaceName() : vip.interfaceName();
    return removed(vip)
        + " again and again: see who else manages "
        + on
        + " (systemd-networkd, NetworkManager, keepalived, a script)";
  }

  static String claimed(VirtualAddress vip, Claim claim) {
    return Addresses.text(vip.prefix().address())
        + " is also claimed by "
        + claim.hardwareAddress()
        + ": find the host with that MAC and take the address off it";
  }

  static String suspended(long forNs) {
    return "this host was suspended for " + seconds(forNs);
  }

  static String handedOver(InetAddress successor, String why) {
    return "handed over to " + successor.getHostAddress() + ": " + why;
  }

  static String nobodyCame(long afterNs, Standing standing) {
    String line = "nobody took over in " + seconds(afterNs);
    return standing.fault() ? line + ", so it stays here although " + standing.reason() : line;
  }

  static String lastResort(String nobody, Standing standing) {
    return nobody + ", so it serves although " + standing.reason();
  }

  static String staysActive(String why, Standing standing) {
    return "stays Active at priority 1 although " + standing.reason() + ": " + why;
  }

  static String held(int moves, long withinNs, long forNs) {
    return moves
        + " forced moves in "
        + seconds(withinNs)
        + ": an Active that speaks is left alone for "
        + seconds(forNs);
  }

  /** {@code 3.609 s}: milliseconds at most, no trailing zeros. */
  static String seconds(long ns) {
    BigDecimal seconds = BigDecimal.valueOf(ns, 9).setScale(3, RoundingMode.DOWN);
    return seconds.stripTrailingZeros().toPlainString() + " s";
  }
}
