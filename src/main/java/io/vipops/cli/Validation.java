package io.vipops.cli;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.NginxTrial;
import io.vipops.report.Checked;
import io.vipops.report.GithubFormat;
import io.vipops.report.GitlabFormat;
import io.vipops.report.JsonFormat;
import io.vipops.report.JunitFormat;
import io.vipops.report.Report;
import io.vipops.report.SarifFormat;
import io.vipops.spec.Problem;
import io.vipops.spec.SourceLines;
import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code validate} does, apart from its command line. */
final class Validation {
  /** How findings are said; all but text are one document on stdout. */
  enum Format {
    text,
    json,
    github,
    sarif,
    junit,
    gitlab
  }

  private final Terminal terminal;
  private final Format format;
  private final boolean strict;
  private final InputStream in;

  Validation(Terminal terminal, Format format, boolean strict, InputStream in) {
    this.terminal = terminal;
    this.format = format;
    this.strict = strict;
    this.in = in;
  }

  /**
   * Reads each path as a spec and says what it found; returns the exit code.
   *
   * @param stdinName what findings in the spec from stdin call it
   * @param nginx whether this machine's nginx tests what valid specs render to
   */
  int run(List<Path> paths, String stdinName, boolean nginx) {
    Path binary = null;
    if (nginx) {
      String search = System.getenv("PATH");
      binary = NginxTrial.find(search == null ? "" : search).orElse(null);
      if (binary == null) {
        terminal.error("--nginx: no nginx on this machine: install it, or leave out --nginx");
        return 2;
      }
    }
    List<Checked> specs = new ArrayList<>();
    boolean readable = true;
    for (Path path : paths) {
      Checked spec = check(path, stdinName, binary);
      readable &= spec.unreadable() == null;
      specs.add(spec);
    }
    Report report = new Report(specs, strict, Vipops.version(), Path.of("").toAbsolutePath());
    print(report);
    return readable ? report.valid() ? 0 : 1 : 2;
  }

  private Checked check(Path path, String stdinName, @Nullable Path nginx) {
    boolean stdin = SpecPath.isStdin(path);
    String name = stdin ? stdinName : path.toString();
    List<SpecReader.SourceFile> files;
    try {
      files = stdin ? SpecPath.read(in, name) : SpecPath.read(path);
    } catch (SpecPath.UnreadableException e) {
      return unreadable(name, String.valueOf(e.getMessage()));
    }
    SpecReader.Reading reading = SpecReader.read(files);
    List<Problem> problems = new ArrayList<>(reading.problems());
    Spec spec = reading.spec();
    String failure = null;
    if (spec != null && nginx != null) {
      try {
        problems.addAll(new NginxTrial(nginx).problems(spec, files.get(0).name()));
      } catch (ApplyFailure e) {
        failure = name + ": " + e.line();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failure = name + ": interrupted";
      }
    }
    if (failure != null) {
      terminal.error(failure);
    }
    Checked checked = new Checked(name, problems, new SourceLines(files), failure);
    if (format == Format.text) {
      new ValidationText(terminal, strict).print(checked, spec);
    }
    return checked;
  }

  private Checked unreadable(String name, String reason) {
    terminal.error(reason);
    return Checked.unreadable(name, reason);
  }

  private void print(Report report) {
    String document =
        switch (format) {
          case text -> "";
          case json -> JsonFormat.text(report);
          case github -> GithubFormat.text(report);
          case sarif -> SarifFormat.text(report);
          case junit -> JunitFormat.text(report);
          case gitlab -> GitlabFormat.text(report);
        };
    terminal.out().print(document);
    terminal.out().flush();
  }
}
