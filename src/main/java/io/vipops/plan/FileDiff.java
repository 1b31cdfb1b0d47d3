package io.vipops.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One file's difference and all nodes that have exactly this one.
 *
 * @param hunks of a unified difference
 */
public record FileDiff(String file, List<String> nodes, String hunks) {

  /** Every difference once, in the order of files and nodes. */
  public static List<FileDiff> of(Plan plan) {
    record Key(String file, String hunks) {}

    Map<Key, List<String>> nodes = new LinkedHashMap<>();
    List<String> files =
        plan.nodes().stream()
            .flatMap(it -> it.diffs().keySet().stream())
            .distinct()
            .sorted()
            .toList();
    for (String file : files) {
      for (NodePlan node : plan.nodes()) {
        String hunks = node.diffs().get(file);
        if (hunks != null) {
          nodes.computeIfAbsent(new Key(file, hunks), key -> new ArrayList<>()).add(node.node());
        }
      }
    }
    List<FileDiff> diffs = new ArrayList<>();
    nodes.forEach((key, names) -> diffs.add(new FileDiff(key.file, names, key.hunks)));
    return diffs;
  }

  /** E.g. {@code vrrp.yaml on lb01, lb02}. */
  public String title() {
    return file + " on " + String.join(", ", nodes);
  }

  /** The lines that tools expect above hunks. */
  static String heading(String file) {
    return "--- a/" + file + "\n+++ b/" + file + "\n";
  }
}
