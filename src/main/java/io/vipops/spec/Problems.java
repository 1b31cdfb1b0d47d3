package io.vipops.spec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Lists of problems. */
final class Problems {
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

  static List<Problem> sorted(List<Problem> problems) {
    List<Problem> sorted = new ArrayList<>(problems);
    sorted.sort(BY_POSITION);
    return sorted;
  }

  static boolean hasError(List<Problem> problems) {
    for (Problem problem : problems) {
      if (problem.severity() == Severity.ERROR) {
        return true;
      }
    }
    return false;
  }
}
