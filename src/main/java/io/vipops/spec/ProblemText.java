package io.vipops.spec;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Problems as people and programs read them. */
public final class ProblemText {
  private static final int WIDEST = 160;
  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String BOLD = "\u001b[1m";
  private static final String PLAIN = "\u001b[0m";

  private ProblemText() {}

  /**
   * {@code file:line:col: error [rule-id] message}, the source line, and a caret under the column.
   *
   * @param line the source line; null: it is not shown
   */
  public static String format(Problem problem, @Nullable String line, boolean colour) {
    boolean error = problem.severity() == Severity.ERROR;
    StringBuilder text = new StringBuilder();
    text.append(colour ? BOLD : "").append(place(problem.position())).append(": ");
    text.append(colour ? PLAIN + (error ? RED : YELLOW) : "");
    text.append(error ? "error" : "warning").append(colour ? PLAIN : "");
    text.append(" [").append(problem.rule()).append("] ").append(problem.message());
    if (line != null && problem.position().column() > 0) {
      source(text, line, problem.position().column());
    }
    return text.toString();
  }

  /** As an object of JSON: severity, rule, file, line, column, message. */
  public static Map<String, Object> json(Problem problem) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
    json.put("rule", problem.rule());
    json.put("file", problem.position().file());
    json.put("line", problem.position().line());
    json.put("column", problem.position().column());
    json.put("message", problem.message());
    return json;
  }

  private static String place(Position at) {
    return at.line() == 0 ? at.file() : at.file() + ":" + at.line() + ":" + at.column();
  }

  /** A long line is cut around the column. */
  private static void source(StringBuilder to, String line, int column) {
    int from = Math.max(0, Math.min(column - 1, line.length()) - WIDEST / 2);
    int end = Math.min(line.length(), from + WIDEST);
    StringBuilder shown = new StringBuilder();
    StringBuilder caret = new StringBuilder();
    for (int i = from; i < end; i++) {
      char c = line.charAt(i);
      shown.append(c != '\t' && Character.isISOControl(c) ? '?' : c);
      if (i < column - 1) {
        caret.append(c == '\t' ? '\t' : ' ');
      }
    }
    to.append("\n  ").append(shown).append("\n  ").append(caret).append('^');
  }
}
