package io.vipops.cli;

import io.vipops.spec.AgentConfig;
import io.vipops.worker.History;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vipops history}. */
@Command(
    name = "history",
    description = {
      "Shows what this node did with the commits that it saw, the newest first: outcome, time per"
          + " step, and what moved.",
      "Asks the agent; where none answers, reads its file (as root)."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = 3,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:shown",
      " 2:no agent answers, and its file cannot be read",
      " 3:wrong use of the command"
    })
final class HistoryCommand implements Callable<Integer> {
  private static final int KEPT = 100;

  @Mixin private ControlClient agent = new ControlClient();

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print the history as JSON.")
  private boolean json;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "So many passes, 1 to 100 (${DEFAULT-VALUE}).")
  private int count = 20;

  @Override
  public Integer call() {
    CommandSpec command = Objects.requireNonNull(spec);
    if (count < 1 || count > KEPT) {
      throw new ParameterException(
          command.commandLine(), "-n " + count + ": 1 to " + KEPT + " passes are kept");
    }
    Terminal terminal = Terminal.of(command);
    Map<String, @Nullable Object> history = history(terminal);
    if (history == null) {
      return 2;
    }
    if (json) {
      return terminal.json(history, true);
    }
    new HistoryText(terminal).print(history);
    return 0;
  }

  private @Nullable Map<String, @Nullable Object> history(Terminal terminal) {
    String why;
    try {
      Map<String, @Nullable Object> reply =
          agent.ask("history", Map.of("n", (long) count), progress -> {});
      if (!reply.containsKey("error")) {
        return reply;
      }
      why = String.valueOf(reply.get("error"));
    } catch (ControlClient.NoAgentException e) {
      why = String.valueOf(e.getMessage());
    }
    AgentConfig config = agent.configuration();
    Path state = config == null ? Path.of("/var/lib/vipops") : config.stateDir();
    try {
      Map<String, @Nullable Object> history = History.read(state).shown(count);
      terminal.warning(why + "; this is what is in " + state);
      return history;
    } catch (AccessDeniedException e) {
      terminal.error(why + "; " + e.getFile() + " cannot be read: run this as root");
    } catch (IOException e) {
      terminal.error(why + "; " + e.getMessage());
    }
    return null;
  }
}
