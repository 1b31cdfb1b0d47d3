package io.vipops.cli;

import io.vipops.json.Json;
import io.vipops.spec.Cluster;
import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import io.vipops.spec.Severity;
import io.vipops.spec.SourceLines;
import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks specs without touching anything. */
@Command(
    name = "validate",
    description = "Checks a cluster spec and says everything that is wrong with it at once.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0  valid (warnings are allowed, unless --strict)",
      "  1  there are findings",
      "  2  wrong usage, or a PATH that cannot be read",
      "  3  internal error",
      "",
      "Example: vipops validate cluster.yaml"
    })
final class ValidateCommand implements Callable<Integer> {
  enum Format {
    text,
    json
  }

  @picocli.CommandLine.Spec private @Nullable CommandSpec command;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "A file, or a folder whose *.yaml files are one spec. Each PATH is a spec.")
  private List<Path> paths = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "text: findings to stderr; json: to stdout. Default: text.")
  private Format format = Format.text;

  @Option(names = "--strict", description = "Warnings are findings, too.")
  private boolean strict;

  @Override
  public Integer call() {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
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
        if (format == Format.json) {
          json.add(ProblemText.json(problem));
        } else {
          String line = new SourceLines(files).line(problem.position());
          err.println(ProblemText.format(problem, line, Terminal.hasColour(Terminal.ERR)));
        }
      }
      if (format == Format.text) {
        summarise(good ? out : err, path, good ? reading.spec() : null, reading.problems());
      }
    }
    if (format == Format.json) {
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
    for (var instance : cluster.vrrp().values()) {
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
