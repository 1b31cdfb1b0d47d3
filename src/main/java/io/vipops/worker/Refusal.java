package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.render.Renderer;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.Position;
import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import io.vipops.spec.Severity;
import io.vipops.spec.SourceLines;
import io.vipops.spec.SpecReader.SourceFile;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A commit that this node does not take, by the commit's own fault. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  /** nginx's own place, e.g. {@code in /var/lib/…/nginx.conf:12}. */
  private static final Pattern RENDERED_LINE =
      Pattern.compile(" in \\S*/nginx\\.conf:([0-9]{1,9})");

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

  /**
   * The refusal of a test: where nginx names a line of its own, the spec's line is found; null: it
   * names none.
   */
  static @Nullable Refusal of(ApplyFailure test, Rendering rendering, List<SourceFile> files) {
    Matcher named = RENDERED_LINE.matcher(test.line());
    if (!named.find()) {
      return null;
    }
    List<Position> lines = rendering.lines().getOrDefault(Renderer.NGINX_CONF, List.of());
    int number = Integer.parseInt(named.group(1)) - 1;
    if (number >= lines.size() || lines.get(number).line() == 0) {
      return null;
    }
    String message = named.replaceFirst("").strip();
    return of(
        List.of(new Problem(Severity.ERROR, "nginx-test", lines.get(number), message)), files);
  }

  String line() {
    return String.valueOf(getMessage());
  }

  @Nullable String problems() {
    return problems;
  }
}
