package io.vipops.cli;

import io.vipops.spec.AgentConfig;
import io.vipops.worker.Worker;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The agent's child. */
@Command(
    name = "worker",
    hidden = true,
    description = "Fetches commits and takes them into force. Started by the agent, never by hand.",
    mixinStandardHelpOptions = true)
final class WorkerCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "This node's agent.yaml.")
  private Path file = Path.of("/etc/vipops/agent.yaml");

  @Override
  public Integer call() throws Exception {
    // Frames only on standard output: whatever else prints goes to the log.
    OutputStream frames = new FileOutputStream(FileDescriptor.out);
    System.setOut(System.err);
    AgentConfig config = AgentConfigFile.read(file, Terminal.of(Objects.requireNonNull(spec)));
    if (config == null) {
      return AgentCommand.CONFIGURATION_ERROR;
    }
    Logging.format(config.logFormat());
    Worker.run(config, Vipops.version(), System.in, frames);
    // Whatever is under way ends here; the journal knows how far it came.
    Runtime.getRuntime().halt(0);
    return 0;
  }
}
