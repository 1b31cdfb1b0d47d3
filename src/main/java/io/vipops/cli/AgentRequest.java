package io.vipops.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A command that is one request to the agent: exit code 0 when it was done, 1 when it was not, 2
 * without an agent.
 */
@Command(
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = 3,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:done",
      " 1:not done; the line on stderr says why",
      " 2:no agent answers",
      " 3:wrong use of the command"
    })
abstract class AgentRequest implements Callable<Integer> {
  @Mixin private ControlClient agent = new ControlClient();

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print the agent's answer as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    CommandSpec command = java.util.Objects.requireNonNull(spec);
    Terminal terminal = Terminal.of(command);
    try {
      Map<String, @Nullable Object> reply =
          agent.ask(
              command.name(),
              body(),
              progress -> {
                if (!json) {
                  terminal.dim(String.valueOf(progress.get("line")));
                }
              });
      return json ? terminal.json(reply, succeeded(reply)) : print(terminal, reply);
    } catch (ControlClient.NoAgentException e) {
      terminal.error(String.valueOf(e.getMessage()));
      return 2;
    }
  }

  /** What goes with the request. */
  Map<String, ?> body() {
    return Map.of();
  }

  /** Whether an answer of the agent says that it was done. */
  static boolean succeeded(Map<String, @Nullable Object> reply) {
    return !reply.containsKey("error") && !Boolean.FALSE.equals(reply.get("ok"));
  }

  private static int print(Terminal terminal, Map<String, @Nullable Object> reply) {
    Object line = reply.containsKey("error") ? reply.get("error") : reply.get("line");
    if (reply.get("problems") instanceof String problems) {
      terminal.plainError(problems);
      line = reply.get("summary");
    }
    if (succeeded(reply)) {
      terminal.good(String.valueOf(line));
      return 0;
    }
    terminal.error(String.valueOf(line));
    return 1;
  }
}
