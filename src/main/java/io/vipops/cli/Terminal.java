package io.vipops.cli;

import io.vipops.json.Json;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command prints: results to stdout, errors to stderr, colour only on a terminal. */
record Terminal(PrintWriter out, PrintWriter err, Ansi ansi) {
  static Terminal of(CommandSpec command) {
    return new Terminal(
        command.commandLine().getOut(),
        command.commandLine().getErr(),
        command.commandLine().getColorScheme().ansi());
  }

  void good(String line) {
    out.println(paint("fg(green)", "✓") + " " + line);
    out.flush();
  }

  void dim(String line) {
    out.println("  " + paint("faint", line));
    out.flush();
  }

  void error(String line) {
    err.println(paint("bold,fg(red)", "error:") + " " + line);
    err.flush();
  }

  /** Text that brings its own layout, such as a report of problems. */
  void plainError(String text) {
    err.println(text);
    err.flush();
  }

  /** Prints {@code object}; returns the exit code, 0 or 1. */
  int json(Map<String, ?> object, boolean good) {
    out.println(new String(Json.encode(object), StandardCharsets.UTF_8));
    out.flush();
    return good ? 0 : 1;
  }

  /** {@code text} in a style of picocli's, e.g. {@code bold,fg(red)}. */
  String paint(String style, String text) {
    return ansi.new Text(ansi.enabled() ? "@|" + style + " " + text + "|@" : text).toString();
  }
}
