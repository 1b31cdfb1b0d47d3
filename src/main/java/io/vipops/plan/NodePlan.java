package io.vipops.plan;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one node.
 *
 * @param from id of the generation it runs; null: it is new
 * @param to id of the generation it would run; null: the spec no longer has the node
 * @param impacts the most important first
 * @param diffs by file, unified, without secrets; only files that differ
 */
public record NodePlan(
    String node,
    @Nullable String from,
    @Nullable String to,
    List<Impact> impacts,
    SortedMap<String, String> diffs) {

  /** The greatest of its impacts. */
  public Risk risk() {
    return impacts.stream().map(Impact::risk).reduce(Risk.NONE, Risk::or);
  }

  /** Whether the node's configuration is another one. */
  public boolean differs() {
    return from == null || !from.equals(to);
  }
}
