package io.vipops.report;

import io.vipops.spec.Position;
import io.vipops.spec.Problem;
import io.vipops.spec.Severity;

/**
 * Workflow commands, which GitHub shows beside the lines of a pull request
 * (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions).
 */
public final class GithubFormat {
  private GithubFormat() {}

  /** One command for each finding, each on a line of its own; empty where there is none. */
  public static String text(Report report) {
    StringBuilder text = new StringBuilder();
    for (Checked spec : report.specs()) {
      if (spec.unreadable() != null) {
        text.append("::error title=unreadable::").append(data(spec.unreadable())).append('\n');
      }
      for (Problem problem : spec.problems()) {
        text.append(command(report, problem)).append('\n');
      }
    }
    return text.toString();
  }

  private static String command(Report report, Problem problem) {
    Position at = problem.position();
    StringBuilder text = new StringBuilder();
    text.append(problem.severity() == Severity.ERROR ? "::error " : "::warning ");
    text.append("file=").append(property(report.name(at.file())));
    if (at.line() > 0) {
      text.append(",line=").append(at.line());
      text.append(at.column() > 0 ? ",col=" + at.column() : "");
    }
    text.append(",title=").append(property(problem.rule()));
    return text.append("::").append(data(problem.message())).toString();
  }

  private static String data(String text) {
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String property(String text) {
    return data(text).replace(":", "%3A").replace(",", "%2C");
  }
}
