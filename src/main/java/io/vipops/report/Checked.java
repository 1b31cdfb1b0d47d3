package io.vipops.report;

import io.vipops.spec.Problem;
import io.vipops.spec.Severity;
import io.vipops.spec.SourceLines;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One spec that was looked at.
 *
 * @param path as the user named it
 * @param problems in the order of their positions
 * @param lines the text that the problems point at
 * @param unreadable why it could not be looked at, one line that begins with the path; null: it was
 */
public record Checked(
    String path, List<Problem> problems, SourceLines lines, @Nullable String unreadable) {

  /** A path that could not be read. */
  public static Checked unreadable(String path, String reason) {
    return new Checked(path, List.of(), new SourceLines(List.of()), reason);
  }

  /**
   * Whether nothing speaks against it.
   *
   * @param strict whether a warning does
   */
  public boolean valid(boolean strict) {
    if (unreadable != null) {
      return false;
    }
    for (Problem problem : problems) {
      if (strict || problem.severity() == Severity.ERROR) {
        return false;
      }
    }
    return true;
  }
}
