package io.vipops.spec;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Durations as users write them: {@code 500ms}, {@code 2s}, {@code 40.95s}, {@code 1h}. */
public final class Durations {
  private record Unit(String name, long nanos) {}

  private static final List<Unit> LONGEST_FIRST =
      List.of(
          new Unit("d", 86_400_000_000_000L),
          new Unit("h", 3_600_000_000_000L),
          new Unit("m", 60_000_000_000L),
          new Unit("s", 1_000_000_000L),
          new Unit("ms", 1_000_000L));

  private Durations() {}

  /** The duration that {@code text} says; null where it is none. */
  public static @Nullable Duration parse(String text) {
    int unitAt = text.length();
    while (unitAt > 0 && Character.isLetter(text.charAt(unitAt - 1))) {
      unitAt--;
    }
    if (!isNumber(text.substring(0, unitAt))) {
      return null;
    }
    String name = text.substring(unitAt);
    for (Unit unit : LONGEST_FIRST) {
      if (unit.name.equals(name)) {
        return exact(text.substring(0, unitAt), unit);
      }
    }
    return null;
  }

  /** The text that {@link #parse} reads back, in the longest unit that needs no fraction. */
  public static String format(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    long nanos = duration.toNanos();
    for (Unit unit : LONGEST_FIRST) {
      if (nanos % unit.nanos == 0) {
        return nanos / unit.nanos + unit.name;
      }
    }
    return new BigDecimal(nanos).movePointLeft(6).stripTrailingZeros().toPlainString() + "ms";
  }

  /** Whether nothing is left after the whole seconds. */
  static boolean isWholeSeconds(Duration duration) {
    return duration.equals(Duration.ofSeconds(duration.toSeconds()));
  }

  /** Up to nine digits, with up to six after a point: no overflow, no surprise. */
  private static boolean isNumber(String text) {
    int point = text.indexOf('.');
    String whole = point < 0 ? text : text.substring(0, point);
    String fraction = point < 0 ? "0" : text.substring(point + 1);
    return isDigits(whole, 9) && isDigits(fraction, 6);
  }

  private static boolean isDigits(String text, int most) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= most;
  }

  private static Duration exact(String number, Unit unit) {
    BigDecimal nanos = new BigDecimal(number).multiply(BigDecimal.valueOf(unit.nanos));
    BigDecimal[] parts = nanos.divideAndRemainder(BigDecimal.valueOf(1_000_000_000L));
    return Duration.ofSeconds(parts[0].longValue(), parts[1].longValue());
  }
}
