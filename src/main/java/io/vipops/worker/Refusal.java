package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.render.NginxComplaint;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import io.vipops.spec.Severity;
import io.vipops.spec.SourceLines;
import io.vipops.spec.SpecReader.SourceFile;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A commit that this node does not take, by the commit's own fault. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final @Nullable String problems;

  Refusal(String line, @Nullable String problems) {
    super(line);
    this.problems = problems;
  }

  /** The refusal of a spec that has errors: the first in its line, all in its problems. */
  static Refusal of(List<Problem> problems, List<SourceFile> files) {
    List<Problem> errors =
        problems.stream().filter(problem -> problem.severity() == Severity.ERROR).toList();
    String first =
        errors.isEmpty()
            ? "the spec is not valid"
            : ProblemText.format(errors.get(0), null, false)
                + (errors.size() > 1 ? " (and " + (errors.size() - 1) + " more)" : "");
    SourceLines lines = new SourceLines(files);
    return new Refusal(
        first,
        problems.stream()
            .map(problem -> ProblemText.format(problem, lines.line(problem.position()), false))
            .collect(Collectors.joining("\n")));
  }

  /** The refusal of a test; null: nginx's complaint leads to no line of the spec. */
  static @Nullable Refusal of(ApplyFailure test, Rendering rendering, List<SourceFile> files) {
    return NginxComplaint.traced(test.line(), rendering)
        .map(problem -> of(List.of(problem), files))
        .orElse(null);
  }

  String line() {
    return String.valueOf(getMessage());
  }

  @Nullable String problems() {
    return problems;
  }
}
