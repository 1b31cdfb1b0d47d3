package io.vipops.report;

import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import io.vipops.spec.Severity;

/**
 * JUnit's XML, as Jenkins and GitLab read it: a suite for each spec, a failed case for each
 * finding, a passed one where there is none. There is no word for a warning: it is a passed case
 * with the warning as its output, and a failed one where warnings are findings.
 */
public final class JunitFormat {
  private JunitFormat() {}

  /** One document. */
  public static String text(Report report) {
    StringBuilder suites = new StringBuilder();
    int tests = 0;
    int failures = 0;
    int errors = 0;
    for (Checked spec : report.specs()) {
      int failed = failures(report, spec);
      int cases = Math.max(1, spec.problems().size());
      int unread = spec.unreadable() == null ? 0 : 1;
      suite(suites, report, spec, cases, failed, unread);
      tests += cases;
      failures += failed;
      errors += unread;
    }
    StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.append("<testsuites name=\"vipops validate\"");
    counts(text, tests, failures, errors);
    return text.append(">\n").append(suites).append("</testsuites>\n").toString();
  }

  private static int failures(Report report, Checked spec) {
    int failures = 0;
    for (Problem problem : spec.problems()) {
      failures += fails(report, problem) ? 1 : 0;
    }
    return failures;
  }

  private static boolean fails(Report report, Problem problem) {
    return report.strict() || problem.severity() == Severity.ERROR;
  }

  private static void suite(
      StringBuilder to, Report report, Checked spec, int cases, int failures, int errors) {
    String name = XmlText.escape(report.name(spec.path()));
    to.append("  <testsuite name=\"").append(name).append('"');
    counts(to, cases, failures, errors);
    to.append(">\n");
    if (spec.unreadable() != null) {
      open(to, name, "readable").append(">\n      <error message=\"");
      to.append(XmlText.escape(spec.unreadable())).append("\"/>\n    </testcase>\n");
    } else if (spec.problems().isEmpty()) {
      open(to, name, "valid").append("/>\n");
    }
    for (Problem problem : spec.problems()) {
      testcase(to, report, spec, problem);
    }
    to.append("  </testsuite>\n");
  }

  private static void testcase(StringBuilder to, Report report, Checked spec, Problem problem) {
    String file = report.name(problem.position().file());
    int line = problem.position().line();
    String place = line > 0 ? file + ":" + line : file;
    String text =
        XmlText.escape(ProblemText.format(problem, spec.lines().line(problem.position()), false));
    open(to, XmlText.escape(file), XmlText.escape(problem.rule() + " " + place)).append(">\n");
    if (fails(report, problem)) {
      to.append("      <failure type=\"").append(XmlText.escape(problem.rule()));
      to.append("\" message=\"").append(XmlText.escape(problem.message())).append("\">");
      to.append(text).append("</failure>\n");
    } else {
      to.append("      <system-out>").append(text).append("</system-out>\n");
    }
    to.append("    </testcase>\n");
  }

  private static StringBuilder open(StringBuilder to, String classname, String name) {
    to.append("    <testcase classname=\"").append(classname);
    return to.append("\" name=\"").append(name).append('"');
  }

  private static void counts(StringBuilder to, int tests, int failures, int errors) {
    to.append(" tests=\"").append(tests).append("\" failures=\"").append(failures);
    to.append("\" errors=\"").append(errors).append('"');
  }
}
