package io.vipops.plan;

import java.util.List;

/**
 * A plan as the comment on a pull request. Whatever a spec or commit holds stays text: it cannot
 * leave its table cell or fence, and calls nobody.
 */
public final class PlanMarkdown {
  /** GitHub takes 65,536 characters in one comment. */
  public static final int LIMIT = 60_000;

  /** Kept for the line that says what was cut. */
  private static final int RESERVE = 200;

  private final StringBuilder out = new StringBuilder();

  private PlanMarkdown() {}

  /** The whole plan. */
  public static String of(Compared compared, Plan plan) {
    PlanMarkdown comment = new PlanMarkdown();
    comment.head("vipops plan" + (plan.differs() ? "" : ": no change"), compared);
    comment.line("Risk: **" + plan.risk().words() + "** (" + cell(plan.risk().clients()) + ")");
    comment.line("");
    comment.line("Assumed: " + Plan.ASSUMED + ".");
    comment.table(plan.nodes());
    comment.diffs(FileDiff.of(plan));
    return comment.out.toString();
  }

  /**
   * Of a new side that is not valid.
   *
   * @param report what validate prints
   */
  public static String invalid(Compared compared, String report) {
    PlanMarkdown comment = new PlanMarkdown();
    comment.head("vipops plan: not valid", compared);
    comment.fenced("text", PlainText.lines(report), LIMIT - RESERVE);
    return comment.out.toString();
  }

  private void head(String title, Compared compared) {
    line("### " + title);
    line("");
    line(cell(compared.words()));
    for (String note : compared.notes()) {
      line("");
      line(cell(note));
    }
    line("");
  }

  private void table(List<NodePlan> nodes) {
    line("");
    line("| Node | Risk | What happens |");
    line("|---|---|---|");
    int written = 0;
    for (NodePlan node : nodes) {
      String row =
          "| %s | %s | %s |"
              .formatted(cell(node.node()), node.risk().words(), cell(PlanLine.of(node)));
      if (out.length() + row.length() > LIMIT - RESERVE) {
        break;
      }
      line(row);
      written++;
    }
    if (written < nodes.size()) {
      line("");
      line("Cut here: " + (nodes.size() - written) + " more nodes. `vipops plan` shows all.");
    }
  }

  private void diffs(List<FileDiff> diffs) {
    int written = 0;
    for (FileDiff diff : diffs) {
      String open = "\n<details><summary>" + html(diff.title()) + "</summary>\n\n";
      String close = "\n</details>\n";
      int room = LIMIT - RESERVE - out.length() - open.length() - close.length();
      if (room < RESERVE) {
        break;
      }
      out.append(open);
      fenced("diff", diff.hunks(), room);
      out.append(close);
      written++;
    }
    if (written < diffs.size()) {
      line("");
      line("Cut here: " + (diffs.size() - written) + " more differences. `vipops plan` shows all.");
    }
  }

  /** A fence is closed by one at least as long: ours is longer than any run in the text. */
  private void fenced(String language, String text, int room) {
    String fence = "`".repeat(Math.max(3, longestRun(text) + 1));
    int left = room - 2 * fence.length() - language.length() - 4;
    String shown = text.endsWith("\n") ? text : text + "\n";
    String cut = "";
    if (shown.length() > left) {
      int end = Math.max(0, shown.lastIndexOf('\n', Math.max(0, left - RESERVE)) + 1);
      long lines = shown.substring(end).lines().count();
      shown = shown.substring(0, end);
      cut = "Cut here: " + lines + " more lines. `vipops plan` shows all.\n";
    }
    out.append(fence).append(language).append('\n').append(shown).append(fence).append('\n');
    out.append(cut.isEmpty() ? "" : "\n" + cut);
  }

  private static int longestRun(String text) {
    int longest = 0;
    int run = 0;
    for (int i = 0; i < text.length(); i++) {
      run = text.charAt(i) == '`' ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }

  /** As text inside a line: no mark-up, no HTML, no mention of people, no link. */
  private static String cell(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (char c : PlainText.line(text).toCharArray()) {
      if ("\\`*_[]#|~<>&".indexOf(c) >= 0) {
        safe.append("&#").append((int) c).append(';');
      } else {
        safe.append(c);
      }
      // A zero-width space behind it: it no longer calls a person or names an issue.
      safe.append(c == '@' || c == '#' ? "\u200b" : "");
    }
    return safe.toString().replace("://", ":\u200b//").replace("www.", "www\u200b.");
  }

  private static String html(String text) {
    return PlainText.line(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("@", "@\u200b");
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
