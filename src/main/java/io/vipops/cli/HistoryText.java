package io.vipops.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The history as a table: a line for each pass, below it why and what moved. */
final class HistoryText {
  /** {@code 2026-11-22 10:00:05}. */
  private static final int TIME = 19;

  private final Terminal terminal;

  HistoryText(Terminal terminal) {
    this.terminal = terminal;
  }

  void print(Map<String, @Nullable Object> history) {
    if (Boolean.TRUE.equals(history.get("paused"))) {
      note("paused since " + history.get("paused_since") + ": vipops resume lets commits in again");
    }
    if (history.get("pinned") != null) {
      note(String.valueOf(history.get("pinned")));
    }
    List<?> passes = history.get("passes") instanceof List<?> all ? all : List.of();
    if (passes.isEmpty()) {
      line("no pass yet");
      return;
    }
    line(
        terminal.paint(
            "bold", row("TIME (UTC)", "COMMIT", "GENERATION", "OUTCOME", "TOOK", "SUBJECT")));
    passes.forEach(pass -> pass(pass instanceof Map<?, ?> one ? one : Map.of()));
    terminal.out().flush();
  }

  private void pass(Map<?, ?> pass) {
    String outcome = text(pass, "outcome");
    String row =
        row(
            text(pass, "at").replace('T', ' ').substring(0, Math.min(TIME, length(pass, "at"))),
            text(pass, "commit").substring(0, Math.min(7, length(pass, "commit"))),
            text(pass, "generation"),
            outcome.replace('_', ' '),
            seconds(steps(pass).values().stream().mapToLong(HistoryText::number).sum()),
            text(pass, "subject"));
    line(coloured(row, outcome.replace('_', ' '), style(outcome)));
    List<String> details = new ArrayList<>();
    details.add("by " + text(pass, "author"));
    String moved = moved(pass.get("moved") instanceof Map<?, ?> all ? all : Map.of());
    if (!moved.isEmpty()) {
      details.add(moved);
    }
    faint(String.join("  ", details));
    if (!steps(pass).isEmpty()) {
      List<String> times = new ArrayList<>();
      steps(pass).forEach((step, ms) -> times.add(step + " " + seconds(number(ms))));
      faint(String.join(", ", times));
    }
    if (!List.of("applied", "unchanged").contains(outcome)) {
      line("    " + text(pass, "line"));
    }
  }

  private static String moved(Map<?, ?> moved) {
    List<String> all = new ArrayList<>();
    long reloads = number(moved.get("nginx_reloads"));
    if (Boolean.TRUE.equals(moved.get("nginx_started"))) {
      all.add("nginx started");
    }
    if (reloads > 0) {
      all.add("nginx " + reloads + (reloads == 1 ? " reload" : " reloads"));
    }
    list(moved, "vips_gained").forEach(vip -> all.add("VIP +" + vip));
    list(moved, "vips_lost").forEach(vip -> all.add("VIP -" + vip));
    list(moved, "priorities").forEach(change -> all.add("priority " + change));
    list(moved, "servers").forEach(server -> all.add("" + server));
    return String.join(" · ", all);
  }

  private static String row(
      String time, String commit, String generation, String outcome, String took, String subject) {
    return String.format(
        Locale.ROOT,
        "%-19s  %-7s  %-12s  %-11s  %8s  %s",
        time,
        commit,
        generation,
        outcome,
        took,
        subject);
  }

  private String coloured(String row, String word, String style) {
    int at = row.indexOf(word, TIME);
    return at < 0
        ? row
        : row.substring(0, at) + terminal.paint(style, word) + row.substring(at + word.length());
  }

  private static String style(String outcome) {
    return switch (outcome) {
      case "applied" -> "bold,fg(green)";
      case "unchanged", "superseded" -> "fg(green)";
      case "refused", "failed", "not_adopted" -> "bold,fg(red)";
      default -> "bold,fg(yellow)";
    };
  }

  private static Map<?, ?> steps(Map<?, ?> pass) {
    return pass.get("step_ms") instanceof Map<?, ?> steps ? steps : Map.of();
  }

  private static List<?> list(Map<?, ?> map, String key) {
    return map.get(key) instanceof List<?> list ? list : List.of();
  }

  private static long number(@Nullable Object value) {
    return value instanceof Long number ? number : 0;
  }

  private static String seconds(long ms) {
    return String.format(Locale.ROOT, "%.2f s", ms / 1000.0);
  }

  private static int length(Map<?, ?> map, String key) {
    return text(map, key).length();
  }

  private static String text(Map<?, ?> map, String key) {
    // A commit's author wrote it: no sequence of it is for this terminal.
    return map.get(key) == null ? "-" : String.valueOf(map.get(key)).replaceAll("\\p{Cntrl}", "?");
  }

  private void note(String text) {
    line(terminal.paint("bold,fg(yellow)", "! " + text));
  }

  private void faint(String text) {
    line("    " + terminal.paint("faint", text));
  }

  private void line(String text) {
    terminal.out().println(text);
  }
}
