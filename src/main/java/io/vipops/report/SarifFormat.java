package io.vipops.report;

import io.vipops.json.Json;
import io.vipops.spec.Position;
import io.vipops.spec.Problem;
import io.vipops.spec.Severity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** SARIF 2.1.0 (OASIS), which GitHub's code scanning and editors read. */
public final class SarifFormat {
  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

  /** Longer lines are left to the file itself. */
  private static final int LONGEST_SNIPPET = 400;

  /** RFC 3986 §2.3, and the slash between the parts of a path. */
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

  private final Report report;
  private final SarifRules rules = new SarifRules();
  private final Fingerprints fingerprints;

  private SarifFormat(Report report) {
    this.report = report;
    this.fingerprints = new Fingerprints(report);
  }

  /** One log of one run, on one line. */
  public static String text(Report report) {
    Map<String, Object> log = new LinkedHashMap<>();
    log.put("$schema", SCHEMA);
    log.put("version", "2.1.0");
    log.put("runs", List.of(new SarifFormat(report).run()));
    return new String(Json.encode(log), StandardCharsets.UTF_8) + "\n";
  }

  private Map<String, Object> run() {
    List<Map<String, Object>> results = new ArrayList<>();
    List<Map<String, Object>> unreadable = new ArrayList<>();
    for (Checked spec : report.specs()) {
      if (spec.unreadable() != null) {
        unreadable.add(Map.of("level", "error", "message", Map.of("text", spec.unreadable())));
      }
      for (Problem problem : spec.problems()) {
        results.add(result(problem, spec));
      }
    }
    Map<String, Object> driver = new LinkedHashMap<>();
    driver.put("name", "vipops");
    driver.put("version", report.version());
    driver.put("rules", rules.list());
    Map<String, Object> invocation = new LinkedHashMap<>();
    invocation.put("executionSuccessful", unreadable.isEmpty());
    if (!unreadable.isEmpty()) {
      invocation.put("toolExecutionNotifications", unreadable);
    }
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("tool", Map.of("driver", driver));
    run.put("invocations", List.of(invocation));
    // The YAML parser counts code points, as Position does.
    run.put("columnKind", "unicodeCodePoints");
    run.put("results", results);
    return run;
  }

  private Map<String, Object> result(Problem problem, Checked spec) {
    Map<String, Object> physical = new LinkedHashMap<>();
    physical.put("artifactLocation", Map.of("uri", uri(problem.position().file())));
    physical.put("region", region(problem.position(), spec.lines().line(problem.position())));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("ruleId", problem.rule());
    result.put("ruleIndex", rules.index(problem));
    result.put("level", level(problem.severity()));
    result.put("message", Map.of("text", problem.message()));
    result.put("locations", List.of(Map.of("physicalLocation", physical)));
    result.put("partialFingerprints", Map.of("vipopsFinding/v1", fingerprints.of(problem, spec)));
    return result;
  }

  static String level(Severity severity) {
    return severity == Severity.ERROR ? "error" : "warning";
  }

  /** A problem of a file as a whole is at its first line: GitHub shows none without a line. */
  private static Map<String, Object> region(Position at, @Nullable String line) {
    Map<String, Object> region = new LinkedHashMap<>();
    region.put("startLine", Math.max(1, at.line()));
    if (at.line() > 0 && at.column() > 0) {
      region.put("startColumn", at.column());
    }
    if (line != null && !line.isBlank() && line.length() <= LONGEST_SNIPPET) {
      region.put("snippet", Map.of("text", line));
    }
    return region;
  }

  /** Relative to the root of the sources, percent-encoded (RFC 3986). */
  private String uri(String file) {
    String name = report.name(file);
    StringBuilder uri = new StringBuilder(name.startsWith("/") ? "file://" : "");
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      if (UNRESERVED.indexOf(c) >= 0) {
        uri.append(c);
      } else {
        uri.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return uri.toString();
  }
}
