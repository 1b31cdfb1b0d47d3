package io.vipops.report;

import io.vipops.json.Json;
import io.vipops.spec.Problem;
import io.vipops.spec.Severity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * GitLab's Code Quality report (https://docs.gitlab.com/ci/testing/code_quality/): an array of
 * findings, shown in the merge request that brings or mends them.
 */
public final class GitlabFormat {
  private GitlabFormat() {}

  /** One array on one line. */
  public static String text(Report report) {
    Fingerprints fingerprints = new Fingerprints(report);
    List<Map<String, Object>> findings = new ArrayList<>();
    for (Checked spec : report.specs()) {
      for (Problem problem : spec.problems()) {
        Map<String, Object> finding = new LinkedHashMap<>();
        finding.put("description", problem.message());
        finding.put("check_name", problem.rule());
        finding.put("fingerprint", fingerprints.of(problem, spec));
        finding.put("severity", problem.severity() == Severity.ERROR ? "major" : "minor");
        int line = Math.max(1, problem.position().line());
        finding.put(
            "location",
            Map.of("path", report.name(problem.position().file()), "lines", Map.of("begin", line)));
        findings.add(finding);
      }
    }
    return new String(Json.encode(findings), StandardCharsets.UTF_8) + "\n";
  }
}
