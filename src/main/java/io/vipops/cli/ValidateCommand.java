package io.vipops.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks specs without touching anything. */
@Command(
    name = "validate",
    description = "Checks a cluster spec and says everything that is wrong with it at once.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0  valid (warnings are allowed, unless --strict)",
      "  1  there are findings",
      "  2  wrong usage, a PATH that cannot be read, or --nginx without a verdict",
      "  3  internal error",
      "",
      "Example: vipops validate cluster.yaml",
      "In CI:   vipops validate --strict --format github specs/*.yaml"
    })
final class ValidateCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec command;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description =
          "A file, a folder whose *.yaml files are one spec, or - for stdin. Each PATH is a spec.")
  private List<Path> paths = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = {
        "text: findings to stderr, for people. As one document to stdout:",
        "json; github: workflow commands; sarif: SARIF 2.1.0; junit: JUnit XML;",
        "gitlab: Code Quality. Default: text."
      })
  private Validation.Format format = Validation.Format.text;

  @Option(names = "--strict", description = "Warnings are findings, too.")
  private boolean strict;

  @Option(
      names = "--nginx",
      description = "Let this machine's nginx test what each node would run (nginx -t).")
  private boolean nginx;

  @Option(
      names = "--stdin-filename",
      paramLabel = "NAME",
      description = "What findings call the spec from stdin. Default: <stdin>.")
  private String stdinName = "<stdin>";

  @Override
  public Integer call() {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    Terminal terminal = Terminal.of(command);
    int fromStdin = 0;
    for (Path path : paths) {
      SpecPath.requireNamed(command, "PATH", path.toString());
      fromStdin += SpecPath.isStdin(path) ? 1 : 0;
    }
    if (fromStdin > 1) {
      terminal.error("- is given twice: stdin is one spec");
      return 2;
    }
    return new Validation(terminal, format, strict, System.in).run(paths, stdinName, nginx);
  }
}
