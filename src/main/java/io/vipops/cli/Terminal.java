package io.vipops.cli;

import io.vipops.json.Json;
import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command prints: results to stdout, errors to stderr, colour only for a person's eyes. */
record Terminal(PrintWriter out, PrintWriter err, boolean colourOut, boolean colourErr) {
  static Terminal of(CommandSpec command) {
    return new Terminal(
        command.commandLine().getOut(), command.commandLine().getErr(), isWatched(1), isWatched(2));
  }

  /**
   * Whether a person looks at this descriptor, who has not asked for plain text
   * (https://no-color.org). System.console() would say yes to a pipe from Java 22 on.
   */
  static boolean isWatched(int descriptor) {
    String no = System.getenv("NO_COLOR");
    if ((no != null && !no.isEmpty()) || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      Path device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return device.startsWith("/dev/pts") || device.toString().startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  void good(String line) {
    out.println(paint("fg(green)", "✓") + " " + line);
    out.flush();
  }

  void dim(String line) {
    out.println("  " + paint("faint", line));
    out.flush();
  }

  void warning(String line) {
    err.println(paint(colourErr, "bold,fg(yellow)", "warning:") + " " + line);
    err.flush();
  }

  /** The last line of commands that tools such as Ansible read. */
  void changed(boolean changed) {
    out.println("changed: " + (changed ? "yes" : "no"));
    out.flush();
  }

  void error(String line) {
    err.println(paint(colourErr, "bold,fg(red)", "error:") + " " + line);
    err.flush();
  }

  /** A problem with the line it is on; null: that line is not to be had. */
  void problem(Problem problem, @Nullable String sourceLine) {
    plainError(ProblemText.format(problem, sourceLine, colourErr));
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

  /** {@code text} for stdout, in a style of picocli's, e.g. {@code bold,fg(red)}. */
  String paint(String style, String text) {
    return paint(colourOut, style, text);
  }

  /** {@code text} for stderr. */
  String paintError(String style, String text) {
    return paint(colourErr, style, text);
  }

  private static String paint(boolean colour, String style, String text) {
    return colour ? Ansi.ON.new Text("@|" + style + " " + text + "|@").toString() : text;
  }
}
