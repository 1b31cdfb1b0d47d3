package io.vipops.spec;

import java.util.ArrayList;
import java.util.List;

/** Warnings that a line accepts by {@code # vipops:allow ID reason}. */
final class Allowances {
  private static final String MARK = "# vipops:allow ";

  private Allowances() {}

  /** The problems without the warnings that their lines accept. */
  static List<Problem> filter(List<Problem> problems, SourceLines lines) {
    List<Problem> left = new ArrayList<>();
    for (Problem problem : problems) {
      String line = problem.severity() == Severity.ERROR ? null : lines.line(problem.position());
      if (line == null || !accepts(line, problem.rule())) {
        left.add(problem);
      }
    }
    return left;
  }

  /** An allowance needs a reason. */
  private static boolean accepts(String line, String rule) {
    int mark = line.indexOf(MARK + rule + " ");
    return mark >= 0 && !line.substring(mark + MARK.length() + rule.length()).isBlank();
  }
}
