package io.vipops.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
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
      RenderCommand.class,
      SchemaCommand.class,
    },
    mixinStandardHelpOptions = true,
    version = "vipops 0.1.0")
public final class Vipops implements Runnable {
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
    if (args.length == 2 && args[0].equals("validate") && !args[1].startsWith("-")) {
      return validate(Path.of(args[1]));
    }
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

  /**
   * The line that editors and every CI job run, around picocli: its classes are too old for class
   * data sharing and take longer to start than all the rest.
   */
  private static int validate(Path path) {
    PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
    PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
    try {
      return new Validation(out, err).run(List.of(path), false, false);
    } catch (RuntimeException e) {
      err.println("vipops: internal error: " + e + " (--debug shows where)");
      return 3;
    }
  }
}
