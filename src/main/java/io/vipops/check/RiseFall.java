package io.vipops.check;

/**
 * Turns single results into a verdict: {@code fall} failures in a row to fail, {@code rise} passes
 * in a row to pass again. The very first result decides alone when it is a pass; a first failure
 * does not (keepalived lets it, and one slow answer at boot then moves the VIP).
 *
 * @param rise at least 1
 * @param fall at least 1
 * @param answered whether there was a result at all
 * @param streak equal results in a row up to now: passes counted up, failures down from zero
 */
public record RiseFall(int rise, int fall, Verdict verdict, boolean answered, int streak) {

  /** Nothing known yet. */
  public static RiseFall unknown(int rise, int fall) {
    return new RiseFall(rise, fall, Verdict.UNKNOWN, false, 0);
  }

  /** After one more result; a timeout is a failure. */
  public RiseFall after(boolean passed) {
    if (passed) {
      int passes = Math.min(Math.max(streak, 0) + 1, rise);
      boolean decides = passes >= rise || !answered;
      return new RiseFall(rise, fall, decides ? Verdict.PASSING : verdict, true, passes);
    }
    int failures = Math.min(Math.max(-streak, 0) + 1, fall);
    return new RiseFall(rise, fall, failures >= fall ? Verdict.FAILING : verdict, true, -failures);
  }

  /** For a check that was edited: the verdict stands until the new results make another. */
  public RiseFall edited(int newRise, int newFall) {
    return new RiseFall(newRise, newFall, verdict, verdict != Verdict.UNKNOWN, 0);
  }

  /** With new limits, which count from the next result on. */
  public RiseFall with(int newRise, int newFall) {
    return new RiseFall(newRise, newFall, verdict, answered, streak);
  }
}
