package io.vipops.plan;

import java.util.ArrayList;
import java.util.List;

/** All that happens to one node, on one line. */
public final class PlanLine {
  /** As many parts as a reader takes in. */
  private static final int MOST = 12;

  private static final int VIPS_BY_NAME = 3;

  private PlanLine() {}

  /** E.g. {@code VIP web: stays · nginx: 1 reload · backend −1 server (10.0.0.104)}. */
  public static String of(NodePlan node) {
    if (node.impacts().isEmpty()) {
      return "no change";
    }
    List<String> parts = new ArrayList<>();
    List<Impact> staying =
        node.impacts().stream().filter(it -> it.kind() == Impact.Kind.VIP && isStay(it)).toList();
    boolean together = staying.size() > VIPS_BY_NAME;
    for (Impact impact : node.impacts()) {
      if (!together || !staying.contains(impact)) {
        parts.add(impact.text());
      } else if (impact.equals(staying.get(0))) {
        parts.add(staying.size() + " VIPs: stay where they are");
      }
    }
    int more = parts.size() - MOST;
    return more <= 0
        ? String.join(" · ", parts)
        : String.join(" · ", parts.subList(0, MOST)) + " · and " + more + " more";
  }

  /** Whether the course is all that there is to say, and nothing follows it. */
  private static boolean isStay(Impact impact) {
    String quiet = "VIP " + impact.name() + ": stays";
    return impact.risk() == Risk.NONE
        && (impact.text().equals(quiet)
            || (impact.text().startsWith(quiet + " on ") && !impact.text().contains(",")));
  }
}
