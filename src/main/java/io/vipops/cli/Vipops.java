package io.vipops.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root command. */
@Command(
    name = "vipops",
    description = {
      "Runs a pair of nginx load balancers from a cluster spec in Git.",
      "",
      "On your desk or in CI: validate, render, plan, schema, explain-rule.",
      "On a load balancer: agent, status, history, sync, pause, resume, retry, rollback,",
      "accept-rewrite, drain, undrain, adopt, unadopt, recover, release."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Vipops.Version.class)
public final class Vipops implements Runnable {
  static final int INTERNAL_ERROR = 3;

  private static final List<Class<?>> COMMANDS =
      List.of(
          ValidateCommand.class,
          RenderCommand.class,
          PlanCommand.class,
          SchemaCommand.class,
          ExplainRuleCommand.class,
          AgentCommand.class,
          WorkerCommand.class,
          StatusCommand.class,
          SyncCommand.class,
          PauseCommand.class,
          ResumeCommand.class,
          RetryCommand.class,
          RollbackCommand.class,
          HistoryCommand.class,
          AcceptRewriteCommand.class,
          DrainCommand.class,
          UndrainCommand.class,
          AdoptCommand.class,
          UnadoptCommand.class,
          RecoverCommand.class,
          ReleaseCommand.class,
          CompletionCommand.class);

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "On an internal error, print its stack trace.")
  private boolean debug;

  /** The version that the build wrote into the jar. */
  static String version() {
    String version = Vipops.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  /** What {@code --version} prints. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"vipops " + version()};
    }
  }

  @Override
  public void run() {
    CommandLine command = Objects.requireNonNull(spec).commandLine();
    PrintWriter out = command.getOut();
    command.usage(out);
    out.flush();
  }

  /** Runs one command line; returns its exit code. */
  public static int execute(String... arguments) {
    return execute(commandLine(arguments.length > 0 ? arguments[0] : ""), arguments);
  }

  /**
   * picocli catches exceptions only; a stack trace would say nothing to whoever has a huge file.
   */
  static int execute(CommandLine tree, String... arguments) {
    try {
      return tree.execute(arguments);
    } catch (OutOfMemoryError | StackOverflowError failure) {
      tree.getErr().println("error: internal error: " + failure);
      return INTERNAL_ERROR;
    } finally {
      tree.getOut().flush();
      tree.getErr().flush();
    }
  }

  /** The whole command tree, for help and completion. */
  static CommandLine commandLine() {
    return commandLine("");
  }

  /**
   * A command tree with only {@code wanted} in it, if that is a command: picocli looks at every
   * class it is given, which the others would cost each start and the agent's memory.
   */
  private static CommandLine commandLine(String wanted) {
    Vipops root = new Vipops();
    CommandLine tree = new CommandLine(root);
    List<Class<?>> named = COMMANDS.stream().filter(it -> name(it).equals(wanted)).toList();
    (named.isEmpty() ? COMMANDS : named).forEach(it -> tree.addSubcommand(name(it), it));
    Ansi colour = Terminal.isWatched(1) ? Ansi.ON : Ansi.OFF;
    CommandLine.IParameterExceptionHandler usual = tree.getParameterExceptionHandler();
    return tree.setColorScheme(CommandLine.Help.defaultColorScheme(colour))
        .registerConverter(Path.class, Path::of)
        .setOut(utf8(System.out))
        .setErr(utf8(System.err))
        .setParameterExceptionHandler(
            (failure, given) ->
                failure.getCause() instanceof InvalidPathException path
                    ? notAPath(path, failure.getCommandLine())
                    : usual.handleParseException(failure, given))
        .setExecutionExceptionHandler((failure, command, parsed) -> root.report(failure, command));
  }

  /** Whatever the locale: specs are UTF-8, and so is what we print. */
  private static PrintWriter utf8(PrintStream to) {
    return new PrintWriter(new OutputStreamWriter(to, StandardCharsets.UTF_8), true);
  }

  private static int notAPath(InvalidPathException failure, CommandLine command) {
    Terminal.of(command.getCommandSpec())
        .error("cannot read " + failure.getInput() + ": not a path in this locale");
    return CommandLine.ExitCode.USAGE;
  }

  private static String name(Class<?> command) {
    StringBuilder name = new StringBuilder();
    for (char c : command.getSimpleName().replace("Command", "").toCharArray()) {
      name.append(Character.isUpperCase(c) && name.length() > 0 ? "-" : "").append(c);
    }
    return name.toString().toLowerCase(Locale.ROOT);
  }

  private int report(Exception failure, CommandLine command) {
    Terminal.of(command.getCommandSpec())
        .error("internal error: " + failure + (debug ? "" : " (--debug shows where)"));
    if (debug) {
      failure.printStackTrace(command.getErr());
    }
    return INTERNAL_ERROR;
  }
}
