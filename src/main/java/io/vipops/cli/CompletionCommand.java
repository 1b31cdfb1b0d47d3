package io.vipops.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vipops completion}. */
@Command(
    name = "completion",
    description = {
      "Prints the completion script for bash and zsh.",
      "Use: vipops completion > /etc/bash_completion.d/vipops"
    },
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    var command = Objects.requireNonNull(spec).commandLine();
    command.getOut().print(AutoComplete.bash("vipops", Vipops.commandLine()));
    command.getOut().flush();
    return 0;
  }
}
