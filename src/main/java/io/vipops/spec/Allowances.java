package io.vipops.spec;

import org.jspecify.annotations.Nullable;

/** Warnings that a line accepts by {@code # vipops:allow ID reason}. */
final class Allowances {
  private static final String MARK = "# vipops:allow ";

  private final SourceLines lines;

  // A line may have thousands of warnings: it is looked at once.
  private @Nullable String file;
  private int line;
  private String comment = "";

  Allowances(SourceLines lines) {
    this.lines = lines;
  }

  /** Whether the line at {@code at} accepts warnings of this rule. */
  boolean accept(Position at, RuleId rule) {
    if (!at.file().equals(file) || at.line() != line) {
      file = at.file();
      line = at.line();
      comment = comment(lines.line(at));
    }
    int mark = comment.indexOf(MARK + rule.id + " ");
    // An allowance needs a reason.
    return mark >= 0 && !comment.substring(mark + MARK.length() + rule.id.length()).isBlank();
  }

  private static String comment(@Nullable String text) {
    int mark = text == null ? -1 : text.indexOf(MARK);
    return text == null || mark < 0 ? "" : text.substring(mark);
  }
}
