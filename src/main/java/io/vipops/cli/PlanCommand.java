package io.vipops.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a change would do. */
@Command(
    name = "plan",
    description = {
      "Shows what a change of the spec would do to each node, before it is merged: VIPs that move,"
          + " reloads, sockets, servers; then the rendered difference.",
      "",
      "Who holds a VIP is predicted from the base priorities, with every check passing. REV is a"
          + " SHA, branch or tag, also with ~N behind it."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = Planning.ERROR,
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0  planned; with --detailed-exitcode: no differences",
      "  1  error: wrong usage, a PATH or REV that cannot be read, or a spec that is not valid",
      "  2  with --detailed-exitcode: differences",
      "  3  internal error",
      "",
      "Examples: vipops plan cluster.yaml                     what the agent here has, else HEAD",
      "          vipops plan cluster.yaml --against main      a working tree against a branch",
      "          vipops plan HEAD:cluster.yaml --against v1   two revisions"
    })
final class PlanCommand implements Callable<Integer> {
  /** How the plan is printed; text for people where neither is asked for. */
  static final class Format {
    @Option(names = "--json", description = "Print the plan as JSON.")
    boolean json;

    @Option(
        names = "--markdown",
        description = "Print the plan as a comment for a pull request, at most 60,000 characters.")
    boolean markdown;
  }

  @Spec private @Nullable CommandSpec command;

  @Parameters(
      paramLabel = "PATH",
      description =
          "The new spec: a file, or a folder whose *.yaml files are one spec; or REV:PATH, the same"
              + " at a revision.")
  private String path = "";

  @Option(
      names = "--against",
      paramLabel = "PATH|REV",
      description =
          "The old spec: a path if there is one, else REV:PATH, else a revision, where PATH is the"
              + " same. Without it: what the agent on this host has applied, else HEAD.")
  private @Nullable String against;

  @Option(names = "--node", paramLabel = "NODE", description = "Only this node.")
  private @Nullable String node;

  @Option(names = "--detailed-exitcode", description = "Exit with 2 where there are differences.")
  private boolean detailedExitCode;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The agent's configuration (" + AgentSide.DEFAULT_CONFIG + ").")
  private @Nullable Path config;

  @ArgGroup(exclusive = true)
  private @Nullable Format format;

  @Override
  public Integer call() {
    CommandSpec me = Objects.requireNonNull(command);
    SpecPath.requireNamed(me, "PATH", path);
    if (against != null) {
      SpecPath.requireNamed(me, "--against", against);
    }
    Terminal terminal = Terminal.of(me);
    Planning.Format as = Planning.Format.TEXT;
    if (format != null) {
      as = format.json ? Planning.Format.JSON : Planning.Format.MARKDOWN;
    }
    return new Planning(terminal, as)
        .run(
            new PlanSides(Path.of(""), path, against, AgentSide.find(config)),
            node,
            detailedExitCode);
  }
}
