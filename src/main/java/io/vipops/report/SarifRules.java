package io.vipops.report;

import io.vipops.spec.Problem;
import io.vipops.spec.RuleId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rules that a run's results refer to, in the order of their first result. */
final class SarifRules {
  private final Map<String, Integer> indices = new LinkedHashMap<>();
  private final List<Map<String, Object>> list = new ArrayList<>();

  /** The index of the problem's rule in {@link #list}. */
  int index(Problem problem) {
    Integer known = indices.get(problem.rule());
    if (known != null) {
      return known;
    }
    indices.put(problem.rule(), list.size());
    list.add(descriptor(problem));
    return list.size() - 1;
  }

  List<Map<String, Object>> list() {
    return list;
  }

  private static Map<String, Object> descriptor(Problem problem) {
    RuleId rule = RuleId.of(problem.rule());
    String explanation = rule == null ? problem.rule() : rule.explanation;
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("id", problem.rule());
    descriptor.put("shortDescription", Map.of("text", explanation));
    descriptor.put(
        "help", Map.of("text", explanation + " More: vipops explain-rule " + problem.rule()));
    descriptor.put("defaultConfiguration", Map.of("level", SarifFormat.level(problem.severity())));
    return descriptor;
  }
}
