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

  @Spec private @Nullable CommandSpec command;

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
    return new Validation(Terminal.of(command)).run(paths, format == Format.json, strict);
  }
}
