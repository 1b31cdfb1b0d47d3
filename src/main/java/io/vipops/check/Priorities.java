package io.vipops.check;

import io.vipops.spec.Track;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Base priority, weights and checks to effective priority. */
public final class Priorities {
  private static final int OWNER = 255;

  private Priorities() {}

  /**
   * Base, minus |w| per failing check of negative weight, plus w per passing one of positive, all
   * summed before the result is kept within 1-254. A failing check of weight 0 is a fault. The
   * owner's 255 is no matter of weights (RFC 9568 §5.2.4), but a fault counts for it too.
   *
   * @param base 1-255
   * @param checks by name; a tracked check that is missing has not answered
   */
  public static Weighing weigh(int base, List<Track> tracks, Map<String, Reading> checks) {
    Reading missing = new Reading(Verdict.UNKNOWN, false, "");
    int sum = base;
    boolean fault = false;
    boolean answered = true;
    List<String> failing = new ArrayList<>();
    for (Track track : tracks) {
      Reading reading = checks.getOrDefault(track.check(), missing);
      answered &= reading.answered();
      if (reading.verdict() == Verdict.FAILING) {
        fault |= track.weight() == 0;
        sum += Math.min(track.weight(), 0);
        failing.add("check " + track.check() + " failed: " + reading.last());
      } else if (reading.verdict() == Verdict.PASSING) {
        sum += Math.max(track.weight(), 0);
      }
    }
    String reason = failing.isEmpty() ? quiet(tracks, answered) : String.join("; ", failing);
    return new Weighing(effective(base, sum), sum, !failing.isEmpty(), fault, answered, reason);
  }

  /** What a sum of base and weights makes of the base. */
  public static int effective(int base, int sum) {
    return base == OWNER ? OWNER : Math.max(1, Math.min(OWNER - 1, sum));
  }

  private static String quiet(List<Track> tracks, boolean answered) {
    if (tracks.isEmpty()) {
      return "no checks";
    }
    return answered ? "all checks pass" : "checks have not answered yet";
  }
}
