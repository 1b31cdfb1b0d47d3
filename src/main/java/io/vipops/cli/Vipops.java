package io.vipops.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root command. */
@Command(
    name = "vipops",
    description = "Runs a pair of nginx load balancers from a cluster spec in Git.",
    subcommands = {
      ValidateCommand.class,
      SchemaCommand.class,
      WorkerCommand.class,
    },
    mixinStandardHelpOptions = true,
    version = "vipops " + Vipops.VERSION)
public final class Vipops implements Runnable {
  /** The version of this build. */
  static final String VERSION = "0.1.0";

  @Spec private @org.jspecify.annotations.Nullable CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "With an internal error, show where in the program it happened.")
  private boolean debug;

  @Override
  public void run() {
    if (spec != null) {
      PrintWriter out = spec.commandLine().getOut();
      spec.commandLine().usage(out);
    }
  }

  /** Runs one command line; returns its exit code, 3 after an internal error. */
  public static int execute(String... args) {
    Vipops vipops = new Vipops();
    return new CommandLine(vipops)
        .setExecutionExceptionHandler(
            (cause, command, parsed) -> {
              PrintWriter err = command.getErr();
              String hint = vipops.debug ? "" : " (--debug shows where)";
              err.println("vipops: internal error: " + cause + hint);
              if (vipops.debug) {
                cause.printStackTrace(err);
              }
              return 3;
            })
        .execute(args);
  }
}
