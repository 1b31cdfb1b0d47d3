package io.vipops.plan;

import io.vipops.render.Generation;
import io.vipops.render.Host;
import io.vipops.render.Renderer;
import io.vipops.spec.Cluster;
import io.vipops.spec.Spec;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One of the two states that are compared.
 *
 * @param cluster null: there is nothing
 * @param generations by node
 */
public record Side(@Nullable Cluster cluster, SortedMap<String, Generation> generations) {
  /** Before the first commit. */
  public static final Side NOTHING = new Side(null, Collections.emptySortedMap());

  /** A spec, rendered for each of its nodes. */
  public static Side of(Spec spec, Host host) {
    SortedMap<String, Generation> generations = new TreeMap<>();
    for (String node : spec.cluster().nodes().keySet()) {
      generations.put(node, Renderer.render(spec, node, host).generation());
    }
    return new Side(spec.cluster(), generations);
  }

  /** The same, with what {@code node} really has. */
  public Side with(String node, Generation generation) {
    SortedMap<String, Generation> others = new TreeMap<>(generations);
    others.put(node, generation);
    return new Side(cluster, others);
  }
}
