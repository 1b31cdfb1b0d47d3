package io.vipops.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The root command. */
@Command(
    name = "vipops",
    description = "Runs a pair of nginx load balancers from a cluster spec in Git.",
    subcommands = {WorkerCommand.class},
    mixinStandardHelpOptions = true,
    version = "vipops " + Vipops.VERSION)
public final class Vipops implements Runnable {
  /** The version of this build. */
  static final String VERSION = "0.1.0";

  @Spec private @org.jspecify.annotations.Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      PrintWriter out = spec.commandLine().getOut();
      spec.commandLine().usage(out);
    }
  }

  /** Runs one command line; returns its exit code. */
  public static int execute(String... args) {
    return new CommandLine(new Vipops()).execute(args);
  }
}
