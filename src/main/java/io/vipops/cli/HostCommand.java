package io.vipops.cli;

import io.vipops.spec.AgentConfig;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that works on this host itself, whether or not an agent runs. */
@Command(mixinStandardHelpOptions = true)
abstract class HostCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "This node's configuration (${DEFAULT-VALUE}).")
  private Path file = Path.of("/etc/vipops/agent.yaml");

  @Override
  public Integer call() throws InterruptedException {
    Terminal terminal = Terminal.of(Objects.requireNonNull(spec));
    AgentConfig config = AgentConfigFile.read(file, terminal);
    return config == null ? withoutConfiguration() : run(config, terminal);
  }

  /** Does it; returns the exit code. */
  abstract int run(AgentConfig config, Terminal terminal) throws InterruptedException;

  /** The exit code where agent.yaml is missing or wrong, which was said. */
  int withoutConfiguration() {
    return 1;
  }
}
