package io.vipops.worker;

import io.vipops.spec.Problem;
import io.vipops.spec.Severity;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Problems of a spec as text. */
final class ProblemText {
  private ProblemText() {}

  /** {@code cluster.yaml:12:3: error [rule-id] message}. */
  static String line(Problem problem) {
    return place(problem)
        + problem.severity().name().toLowerCase(Locale.ROOT)
        + " ["
        + problem.rule()
        + "] "
        + problem.message();
  }

  /** The refusal of a spec that has errors: the first in its line, all in its problems. */
  static Refusal refusal(List<Problem> problems) {
    List<Problem> errors =
        problems.stream().filter(problem -> problem.severity() == Severity.ERROR).toList();
    String more = errors.size() > 1 ? " (and " + (errors.size() - 1) + " more)" : "";
    String first =
        errors.isEmpty()
            ? "the spec is not valid"
            : place(errors.get(0)) + errors.get(0).message() + more;
    return new Refusal(
        first, problems.stream().map(ProblemText::line).collect(Collectors.joining("\n")));
  }

  private static String place(Problem problem) {
    String file = problem.position().file();
    return problem.position().line() == 0
        ? file + ": "
        : file + ":" + problem.position().line() + ":" + problem.position().column() + ": ";
  }
}
