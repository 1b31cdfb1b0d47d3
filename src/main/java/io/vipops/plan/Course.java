package io.vipops.plan;

import io.vipops.spec.Durations;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where the VIPs of one virtual router go while the nodes take a change into force, each in its own
 * time. Predicted with all checks passing, and the best node Active beforehand.
 *
 * @param from the node that holds them before; null: none
 * @param to the node that holds them in the end; null: none
 * @param how in words, after "moves" or "stays"; may be empty
 * @param touched the nodes on which an address comes or goes
 */
record Course(@Nullable String from, @Nullable String to, String how, Set<String> touched) {

  static Course between(SortedMap<String, Member> before, SortedMap<String, Member> after) {
    Member old = best(before.values(), null);
    Member next = best(after.values(), null);
    if (old == null || next == null) {
      return new Course(name(old), name(next), "", nodes(old, next));
    }
    Member stayer = after.get(old.node());
    boolean startsAnew =
        stayer != null && !stayer.instance().identity().equals(old.instance().identity());
    if (startsAnew) {
      return detour(old, best(after.values(), old.node()), next);
    }
    if (stayer == null || stayer.yielding() || next.isOwner()) {
      boolean moves = !next.node().equals(old.node());
      return new Course(old.node(), next.node(), moves ? " at once" : "", moved(old, next));
    }
    if (next.node().equals(old.node())) {
      return stays(old, stayer, before, after);
    }
    return preempts(old, stayer, before.get(next.node()), next);
  }

  private static Course detour(Member old, @Nullable Member stand, Member next) {
    if (stand == null) {
      return new Course(
          old.node(), old.node(), ", away for about " + next.downInterval(), nodes(old));
    }
    if (!next.node().equals(old.node())) {
      return new Course(old.node(), next.node(), " at once", nodes(old, next));
    }
    if (!next.instance().preempt()) {
      return new Course(
          old.node(), stand.node(), " at once and stays there (preempt: false)", nodes(old, stand));
    }
    String how =
        ", but goes to " + stand.node() + " and back" + delay(next.instance().preemptDelay());
    return new Course(old.node(), old.node(), how, nodes(old, stand));
  }

  /** The best stays the best; but not every node knows everything at the same time. */
  private static Course stays(
      Member old,
      Member stayer,
      SortedMap<String, Member> before,
      SortedMap<String, Member> after) {
    for (Member backup : after.values()) {
      String first = firstToApply(old, stayer, before.get(backup.node()), backup);
      if (first != null) {
        String then = stayer.instance().preempt() ? " and back if " : " and stays there if ";
        String how = ", but goes to " + backup.node() + then + first + " applies first";
        return new Course(old.node(), old.node(), how, nodes(old, backup));
      }
    }
    return new Course(old.node(), old.node(), "", new TreeSet<>());
  }

  private static Course preempts(
      Member old, Member stayer, @Nullable Member nextBefore, Member next) {
    if (next.takesForDegraded(stayer, next.priority())) {
      return new Course(old.node(), next.node(), " at once", nodes(old, next));
    }
    String first = firstToApply(old, stayer, nextBefore, next);
    String sooner = first == null ? "" : " (at once if " + first + " applies first)";
    if (!next.instance().preempt()) {
      String how = " until it stops or fails (preempt: false), then " + next.node();
      return first == null
          ? new Course(old.node(), old.node(), how, new TreeSet<>())
          : new Course(old.node(), old.node(), how + sooner, nodes(old, next));
    }
    Duration delay = next.instance().preemptDelay();
    String how = delay.isZero() ? " within " + next.downInterval() : delay(delay);
    return new Course(old.node(), next.node(), how + sooner, nodes(old, next));
  }

  /**
   * The node that must apply before the other so that {@code backup} takes {@code active} for
   * degraded in between; null: neither.
   */
  private static @Nullable String firstToApply(
      Member activeBefore, Member activeAfter, @Nullable Member backupBefore, Member backupAfter) {
    if (backupAfter.node().equals(activeAfter.node())) {
      return null;
    }
    if (backupBefore != null
        && backupBefore.takesForDegraded(activeAfter, backupBefore.priority())) {
      return activeAfter.node();
    }
    return backupAfter.takesForDegraded(activeBefore, backupAfter.priority())
        ? backupAfter.node()
        : null;
  }

  /** For {@code node}'s line. */
  String words(String node) {
    if (from == null || to == null) {
      String gone =
          from == null ? "held by no node" : "goes from " + from + ": no node may hold it";
      return to == null ? gone : node.equals(to) ? "held here" : "held by " + to;
    }
    if (from.equals(to)) {
      boolean here = node.equals(from) && !how.startsWith(" until");
      return (here ? "stays" : "stays on " + from) + how;
    }
    if (node.equals(from)) {
      return "moves to " + to + how;
    }
    return (node.equals(to) ? "comes from " + from : "moves from " + from + " to " + to) + how;
  }

  /** The best that may be Active; null: there is none. */
  private static @Nullable Member best(Collection<Member> members, @Nullable String except) {
    Member best = null;
    for (Member member : members) {
      boolean may = !member.yielding() && !member.node().equals(except);
      if (may && (best == null || member.winsAgainst(best))) {
        best = member;
      }
    }
    return best;
  }

  private static String delay(Duration delay) {
    return delay.isZero() ? "" : " after preempt_delay " + Durations.format(delay);
  }

  private static Set<String> moved(Member old, Member next) {
    return old.node().equals(next.node()) ? new TreeSet<>() : nodes(old, next);
  }

  private static Set<String> nodes(@Nullable Member... members) {
    TreeSet<String> nodes = new TreeSet<>();
    for (Member member : members) {
      if (member != null) {
        nodes.add(member.node());
      }
    }
    return nodes;
  }

  private static @Nullable String name(@Nullable Member member) {
    return member == null ? null : member.node();
  }
}
