package io.vipops.vrrp;

import org.jspecify.annotations.Nullable;

/**
 * What this node thinks of itself for one instance: the checks' verdict and what the operator said.
 *
 * @param effectivePriority base plus weights, 1-254 (255 for the owner)
 * @param degraded whether a tracked check fails
 * @param fault whether it cannot serve at all
 * @param ready whether it may leave Backup: nginx proven, every check answered, or waited enough
 * @param yielding drained or in maintenance: hands over and stays Backup
 * @param reason why, for events and status, e.g. {@code check nginx failed: no process nginx}
 * @param sum base plus weights before it is kept within 1-254: what further weights are added to
 * @param lead what the first instance of its sync group is, which this one follows; null: it takes
 *     part in its own election
 */
public record Standing(
    int effectivePriority,
    boolean degraded,
    boolean fault,
    boolean ready,
    boolean yielding,
    String reason,
    int sum,
    @Nullable State lead) {

  /** Of an instance that follows no other. */
  public Standing(
      int effectivePriority,
      boolean degraded,
      boolean fault,
      boolean ready,
      boolean yielding,
      String reason,
      int sum) {
    this(effectivePriority, degraded, fault, ready, yielding, reason, sum, null);
  }

  /** Where no further weights are added. */
  public Standing(
      int effectivePriority,
      boolean degraded,
      boolean fault,
      boolean ready,
      boolean yielding,
      String reason) {
    this(effectivePriority, degraded, fault, ready, yielding, reason, effectivePriority);
  }
}
