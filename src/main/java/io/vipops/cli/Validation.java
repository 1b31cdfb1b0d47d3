package io.vipops.cli;

import io.vipops.json.Json;
import io.vipops.spec.Cluster;
import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import io.vipops.spec.Severity;
import io.vipops.spec.SourceLines;
import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader;
import io.vipops.spec.VrrpInstance;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code validate} does, apart from its command line. */
final class Validation {
  private final PrintWriter out;
  private final PrintWriter err;

  Validation(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
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
        err.println("vipops validate: " + e.getMessage());
        return 2;
      }
      SpecReader.Reading reading = SpecReader.read(files);
      boolean good = reading.spec() != null && (!strict || reading.problems().isEmpty());
      valid &= good;
      for (Problem problem : reading.problems()) {
        if (asJson) {
          json.add(ProblemText.json(problem));
        } else {
          String line = new SourceLines(files).line(problem.position());
          err.println(ProblemText.format(problem, line, Terminal.hasColour(Terminal.ERR)));
        }
      }
      if (!asJson) {
        summarise(good ? out : err, path, good ? reading.spec() : null, reading.problems());
      }
    }
    if (asJson) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("valid", valid);
      object.put("problems", json);
      out.println(new String(Json.encode(object), StandardCharsets.UTF_8));
    }
    return valid ? 0 : 1;
  }

  private static void summarise(
      PrintWriter to, Path path, @Nullable Spec valid, List<Problem> problems) {
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
    boolean colour = Terminal.hasColour(valid == null ? Terminal.ERR : Terminal.OUT);
    to.println(colour ? Terminal.colour(line, valid != null) : line);
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
