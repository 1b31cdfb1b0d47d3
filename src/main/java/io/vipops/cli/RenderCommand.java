package io.vipops.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a node would run. */
@Command(
    name = "render",
    description = "Writes the files that a node would run for a cluster spec.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0  rendered",
      "  1  the spec is not valid",
      "  2  wrong usage, no such node, or a path that cannot be read or written",
      "  3  internal error",
      "",
      "Example: vipops render cluster.yaml --node lb01 --out /tmp/lb01"
    })
final class RenderCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec command;

  @Parameters(
      paramLabel = "PATH",
      description = "A file, or a folder whose *.yaml files are one spec.")
  private Path path = Path.of("");

  @Option(
      names = "--node",
      paramLabel = "NODE",
      required = true,
      description = "The node, as the spec names it.")
  private String node = "";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The folder to write to, made if need be. Without it the files are printed.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    SpecPath.requireNamed(command, "PATH", path.toString());
    return new Rendition(Terminal.of(command)).run(path, node, out);
  }
}
