package io.vipops.spec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Lists of problems. */
final class Problems {
  /** As many as anybody reads; the text of a hostile file could hold a million. */
  static final int MOST = 500;

  private static final Comparator<Problem> BY_POSITION =
      new Comparator<>() {
        @Override
        public int compare(Problem a, Problem b) {
          int order = a.position().file().compareTo(b.position().file());
          if (order == 0) {
            order = Integer.compare(a.position().line(), b.position().line());
          }
          if (order == 0) {
            order = Integer.compare(a.position().column(), b.position().column());
          }
          return order == 0 ? a.rule().compareTo(b.rule()) : order;
        }
      };

  private Problems() {}

  /**
   * In the order of their places, at most {@link #MOST} and one that says how many are left, as
   * severe as the worst of them.
   */
  static List<Problem> sorted(List<Problem> problems) {
    List<Problem> sorted = new ArrayList<>(problems);
    sorted.sort(BY_POSITION);
    int total = total(problems);
    if (total <= MOST) {
      return sorted;
    }
    List<Problem> first = new ArrayList<>(sorted.subList(0, MOST));
    String message = (total - MOST) + " more problems are not shown";
    Position at = new Position(first.get(MOST - 1).position().file(), 0, 0);
    boolean error = hasError(sorted.subList(MOST, sorted.size())) || droppedError(problems);
    Severity severity = error ? Severity.ERROR : Severity.WARNING;
    first.add(new Problem(severity, RuleId.TOO_MANY.id, at, message));
    return first;
  }

  /** How many there were, also where not all were kept. */
  static int total(List<Problem> problems) {
    return problems instanceof BoundedProblems bounded ? bounded.total() : problems.size();
  }

  private static boolean droppedError(List<Problem> problems) {
    return problems instanceof BoundedProblems bounded && bounded.droppedError();
  }

  static boolean hasError(List<Problem> problems) {
    if (droppedError(problems)) {
      return true;
    }
    for (Problem problem : problems) {
      if (problem.severity() == Severity.ERROR) {
        return true;
      }
    }
    return false;
  }
}
