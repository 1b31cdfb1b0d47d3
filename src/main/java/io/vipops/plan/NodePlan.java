package io.vipops.plan;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one node.
 *
 * @param from id of the generation it runs; null: it is new
 * @param to id of the generation it would run; null: the spec no longer has the node
 * @param hold whether it takes the change at all
 * @param impacts the most important first
 * @param diffs by file, unified, without secrets; only files that differ
 */
public record NodePlan(
    String node,
    @Nullable String from,
    @Nullable String to,
    Hold hold,
    List<Impact> impacts,
    SortedMap<String, String> diffs) {
  /** {@code ENDS}: it takes this and whatever came since the hold began. */
  public enum Hold {
    NONE,
    HELD,
    ENDS
  }

  /** The greatest of its impacts. */
  public Risk risk() {
    return impacts.stream().map(Impact::risk).reduce(Risk.NONE, Risk::or);
  }

  /** Whether the node's configuration is another one, or may be, for all that is known here. */
  public boolean differs() {
    return hold == Hold.ENDS || (hold == Hold.NONE && (from == null || !from.equals(to)));
  }
}
