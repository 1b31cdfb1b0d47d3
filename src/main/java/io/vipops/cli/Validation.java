package io.vipops.cli;

import io.vipops.spec.Cluster;
import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import io.vipops.spec.Severity;
import io.vipops.spec.SourceLines;
import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader;
import io.vipops.spec.VrrpInstance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code validate} does, apart from its command line. */
final class Validation {
  private final Terminal terminal;

  Validation(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Reads each path as a spec and says what it found; returns the exit code. */
  int run(List<Path> paths, boolean asJson, boolean strict) {
    List<Map<String, Object>> json = new ArrayList<>();
    boolean valid = true;
    for (Path path : paths) {
      List<SpecReader.SourceFile> files;
      try {
        files = SpecPath.read(path);
      } catch (SpecPath.UnreadableException e) {
        terminal.error(String.valueOf(e.getMessage()));
        return 2;
      }
      SpecReader.Reading reading = SpecReader.read(files);
      boolean good = reading.spec() != null && (!strict || reading.problems().isEmpty());
      valid &= good;
      SourceLines lines = new SourceLines(files);
      for (Problem problem : reading.problems()) {
        if (asJson) {
          json.add(ProblemText.json(problem));
        } else {
          String line = lines.line(problem.position());
          terminal.problem(problem, line);
        }
      }
      if (!asJson) {
        summarise(path, good ? reading.spec() : null, reading.problems());
      }
    }
    if (asJson) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("valid", valid);
      object.put("problems", json);
      return terminal.json(object, valid);
    }
    return valid ? 0 : 1;
  }

  private void summarise(Path path, @Nullable Spec valid, List<Problem> problems) {
    int errors = 0;
    for (Problem problem : problems) {
      errors += problem.severity() == Severity.ERROR ? 1 : 0;
    }
    List<String> parts = new ArrayList<>();
    if (valid != null) {
      count(parts, valid.cluster());
    } else if (errors > 0) {
      parts.add(plural(errors, "error"));
    }
    if (problems.size() > errors) {
      parts.add(plural(problems.size() - errors, "warning"));
    }
    String verdict = valid == null ? "not valid" : "valid";
    String line = path + ": " + verdict + " (" + String.join(", ", parts) + ")";
    if (valid == null) {
      terminal.plainError(terminal.paintError("fg(red)", line));
    } else {
      terminal.good(line);
    }
  }

  private static void count(List<String> parts, Cluster cluster) {
    int addresses = 0;
    for (VrrpInstance instance : cluster.vrrp().values()) {
      addresses += instance.virtualAddresses().size();
    }
    parts.add(plural(cluster.nodes().size(), "node"));
    parts.add(plural(addresses, "VIP"));
    parts.add(plural(cluster.listeners().size(), "listener"));
    parts.add(plural(cluster.upstreams().size(), "upstream"));
  }

  private static String plural(int count, String word) {
    return count + " " + word + (count == 1 ? "" : "s");
  }
}
