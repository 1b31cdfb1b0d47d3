package io.vipops.vrrp;

import io.vipops.spec.VirtualAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Effects in words, one line each; equal neighbours become one line with a count. */
public final class EffectText {
  private EffectText() {}

  public static List<String> of(List<Effect> effects) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < effects.size(); ) {
      int same = i;
      while (same < effects.size() && effects.get(same).equals(effects.get(i))) {
        same++;
      }
      lines.add(of(effects.get(i)) + (same - i > 1 ? " x" + (same - i) : ""));
      i = same;
    }
    return lines;
  }

  private static String of(Effect effect) {
    if (effect instanceof Effect.Advertise advertise) {
      return "advertise "
          + advertise.priority()
          + ", interval "
          + seconds(advertise.maxAdvertiseInterval());
    } else if (effect instanceof Effect.Hold hold) {
      String lease = hold.lease().isZero() ? "" : " for " + seconds(hold.lease());
      return "hold " + addresses(hold.addresses()) + lease;
    } else if (effect instanceof Effect.Release release) {
      return "release " + addresses(release.addresses());
    } else if (effect instanceof Effect.Announce announce) {
      return "announce " + addresses(announce.addresses());
    } else if (effect instanceof Effect.Report report) {
      return "report: " + report.line();
    } else if (effect instanceof Effect.Transition t) {
      return t.from() + " -> " + t.to() + ": " + t.reason();
    }
    throw new IllegalArgumentException("no words for " + effect);
  }

  private static String addresses(List<VirtualAddress> addresses) {
    return addresses.stream().map(a -> a.prefix().toString()).collect(Collectors.joining(" "));
  }

  private static String seconds(Duration duration) {
    return Reasons.seconds(duration.toNanos());
  }
}
