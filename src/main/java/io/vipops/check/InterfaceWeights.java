package io.vipops.check;

import io.vipops.spec.TrackedInterface;
import io.vipops.vrrp.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the interfaces that an instance tracks with a weight make of what its checks say. One
 * without a weight is as good as the instance's own: no matter of priorities.
 */
public final class InterfaceWeights {
  private InterfaceWeights() {}

  /**
   * Weights count as those of checks do, in one sum with them: an interface that is up passes.
   *
   * @param of the checks' and the operator's word
   * @param base 1-255
   * @param problem of an interface by its name, in words that name it; null: it is up
   */
  public static Standing weigh(
      Standing of,
      int base,
      List<TrackedInterface> tracked,
      Function<String, @Nullable String> problem) {
    int sum = of.sum();
    List<String> down = new ArrayList<>();
    for (TrackedInterface it : tracked) {
      String why = problem.apply(it.name());
      if (why == null) {
        sum += Math.max(it.weight(), 0);
      } else if (it.weight() != 0) {
        sum += Math.min(it.weight(), 0);
        down.add(why);
      }
    }
    if (down.isEmpty() && sum == of.sum()) {
      return of;
    }
    return new Standing(
        Priorities.effective(base, sum),
        of.degraded() || !down.isEmpty(),
        of.fault(),
        of.ready(),
        of.yielding(),
        reason(of, down),
        sum);
  }

  private static String reason(Standing of, List<String> down) {
    if (down.isEmpty() || of.yielding()) {
      return of.reason();
    }
    String ours = String.join("; ", down);
    return of.degraded() || of.fault() ? of.reason() + "; " + ours : ours;
  }
}
