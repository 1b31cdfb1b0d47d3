package io.vipops.report;

import io.vipops.json.Json;
import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** vipops' own: whether all is valid, and every problem. Fields are added, never renamed. */
public final class JsonFormat {
  private JsonFormat() {}

  /** One object on one line. */
  public static String text(Report report) {
    List<Map<String, Object>> problems = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    for (Checked spec : report.specs()) {
      for (Problem problem : spec.problems()) {
        problems.add(ProblemText.json(problem));
      }
      if (spec.unreadable() != null) {
        unreadable.add(spec.unreadable());
      }
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("valid", report.valid());
    object.put("problems", problems);
    object.put("unreadable", unreadable);
    return new String(Json.encode(object), StandardCharsets.UTF_8) + "\n";
  }
}
