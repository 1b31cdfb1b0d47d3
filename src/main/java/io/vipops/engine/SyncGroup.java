package io.vipops.engine;

import io.vipops.check.Priorities;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import io.vipops.vrrp.VirtualRouter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Instances that move as one. The first stands for all of them in its election, as good as the
 * worst of them is and with no link while one of them has none; the others do what it does, and
 * what they hear of other nodes counts for it.
 */
final class SyncGroup {
  /** What follows from a round may ask for another; no host has more to tell than that. */
  private static final int MOST_ROUNDS = 10;

  /** An instance of the group. */
  interface Member {
    String name();

    /** Base priority, 1-255. */
    int base();

    VirtualRouter router();

    /** Why its own link cannot serve; null: it can. */
    @Nullable String problem();

    /** Why it came to its state. */
    String reason();

    /** What its own checks and the operator make of it. */
    Standing judged();

    /**
     * Tells its state machine of others' links, and performs what comes of it.
     *
     * @param problem null: they can serve
     * @return whether that was news
     */
    boolean tellOthersLink(@Nullable String problem, long nowNs);

    /** Tells its state machine, and performs what comes of it. */
    void stand(Standing standing, long nowNs);
  }

  private final String name;
  private final List<? extends Member> members;

  /**
   * @param members two or more, the first of them first
   */
  SyncGroup(String name, List<? extends Member> members) {
    this.name = name;
    this.members = List.copyOf(members);
  }

  /** After anything that any of them was told: brings them together. */
  void settle(long nowNs) {
    for (int round = 0; round < MOST_ROUNDS && turn(nowNs); round++) {}
  }

  /** The one that stands for all. */
  Member first() {
    return members.get(0);
  }

  /** Returns whether anything changed. */
  private boolean turn(long nowNs) {
    boolean changed = first().tellOthersLink(othersProblem(), nowNs);
    for (Member it : members) {
      Standing next = standing(it);
      if (!next.equals(it.router().standing())) {
        it.stand(next, nowNs);
        changed = true;
      }
    }
    return changed;
  }

  private @Nullable String othersProblem() {
    for (Member it : members.subList(1, members.size())) {
      if (it.problem() != null) {
        return it.name() + " of sync group " + name + ": " + it.problem();
      }
    }
    return null;
  }

  /** What a member is told: of all of them, and of the first. */
  Standing standing(Member it) {
    Member first = first();
    int least = Integer.MAX_VALUE;
    boolean degraded = false;
    boolean fault = false;
    boolean ready = true;
    boolean yielding = false;
    Member worst = first;
    for (Member one : members) {
      Standing own = one.judged();
      int weight = own.effectivePriority() - one.base();
      boolean worse = own.fault() ? !fault : !fault && weight < least;
      worst = worse ? one : worst;
      least = Math.min(least, weight);
      degraded |= own.degraded();
      fault |= own.fault();
      ready &= own.ready();
      yielding |= own.yielding();
    }
    int base = it.base();
    State lead = it == first ? null : first.router().state();
    String why = worst == first ? first.judged().reason() : of(worst, worst.judged().reason());
    return new Standing(
        Priorities.effective(base, base + least),
        degraded,
        fault,
        ready,
        yielding,
        lead == null ? why : of(first, first.reason()),
        base + least,
        lead);
  }

  private String of(Member it, String reason) {
    return it.name() + " of sync group " + name + ": " + reason;
  }
}
