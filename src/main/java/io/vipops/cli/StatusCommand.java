package io.vipops.cli;

import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vipops status}. */
@Command(
    name = "status",
    description = {
      "Shows this node: who holds each VIP and since when, the checks, and which commit is in force."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = 3,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:healthy",
      " 1:degraded: a commit not applied, a failing check, a Fault, paused, or the worker down",
      " 2:no agent answers",
      " 3:wrong use of the command"
    })
final class StatusCommand implements Callable<Integer> {
  @Mixin private ControlClient agent = new ControlClient();

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print the status as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Terminal terminal = Terminal.of(Objects.requireNonNull(spec));
    try {
      Map<String, @Nullable Object> status = agent.ask("status", progress -> {});
      boolean healthy = "healthy".equals(status.get("health"));
      if (json) {
        return terminal.json(status, healthy);
      }
      new StatusText(terminal, Clock.systemUTC().instant()).print(status);
      return healthy ? 0 : 1;
    } catch (ControlClient.NoAgentException e) {
      terminal.error(String.valueOf(e.getMessage()));
      return 2;
    }
  }
}
