package io.vipops.check;

import io.vipops.vrrp.Standing;
import org.jspecify.annotations.Nullable;

/**
 * What an instance's checks make of its base priority.
 *
 * @param effectivePriority 1-254, or 255 for the address owner
 * @param sum base plus weights as they add up
 * @param degraded whether a tracked check fails
 * @param fault whether one of weight 0 does
 * @param answered whether every tracked check has given a result
 * @param reason which checks fail and what they saw last; otherwise that none does
 */
public record Weighing(
    int effectivePriority,
    int sum,
    boolean degraded,
    boolean fault,
    boolean answered,
    String reason) {

  /**
   * For the state machine.
   *
   * @param ready whether it may leave Backup; {@link #answered} is one condition of it
   * @param yielding why it gives way whatever the checks say, e.g. {@code drained}; null: it does
   *     not
   */
  public Standing standing(boolean ready, @Nullable String yielding) {
    String why = yielding == null || fault ? reason : yielding;
    return new Standing(effectivePriority, degraded, fault, ready, yielding != null, why, sum);
  }
}
