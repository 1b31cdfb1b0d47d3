package io.vipops.cli;

import io.vipops.agent.Agent;
import io.vipops.agent.CannotStartException;
import io.vipops.spec.AgentConfig;
import io.vipops.worker.History;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vipops agent}. */
@Command(
    name = "agent",
    description = {
      "Runs this node: holds its VIPs, and keeps its configuration at what Git says.",
      "Needs root. Stop it with SIGTERM: it hands its VIPs over first."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:stopped; with --check: the file is right",
      " 1:cannot start as this host is now: another agent runs, a right or a folder is missing, a"
          + " file is damaged; may be tried again",
      " 2:wrong use of the command",
      "70:the engine failed; every VIP was withdrawn",
      "78:wrong configuration file: trying again does not help"
    })
final class AgentCommand implements Callable<Integer> {
  /** EX_CONFIG of sysexits.h(3head); the unit does not start the agent again after it. */
  static final int CONFIGURATION_ERROR = 78;

  private static final int CANNOT_START_NOW = 1;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "This node's configuration (${DEFAULT-VALUE}).")
  private Path file = Path.of("/etc/vipops/agent.yaml");

  @Option(names = "--check", description = "Only say what is wrong with FILE, and stop.")
  private boolean check;

  @Option(
      names = "--record",
      paramLabel = "FILE",
      description = {
        "Also write every event of the VRRP engine to FILE, which must not exist yet: what it was"
            + " told, when, and what it did.",
        "It ends at 256 MiB, and holds no passwords."
      })
  private @Nullable Path record;

  @Override
  public Integer call() throws InterruptedException {
    Terminal terminal = Terminal.of(Objects.requireNonNull(spec));
    AgentConfig config = AgentConfigFile.read(file, terminal);
    if (config == null) {
      return CONFIGURATION_ERROR;
    }
    if (check) {
      terminal.good(file + " is valid");
      return 0;
    }
    try {
      Logging.format(config.logFormat());
      Agent agent =
          Agent.start(config, Vipops.version(), workerCommand(), record, () -> proven(config));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(agent), "stop"));
      agent.join();
      return 0;
    } catch (CannotStartException e) {
      terminal.error(String.valueOf(e.getMessage()));
      return CANNOT_START_NOW;
    } catch (IOException e) {
      terminal.error(e.getMessage() + "; vipops agent needs root and its state and run folders");
      return CANNOT_START_NOW;
    }
  }

  private static List<String> proven(AgentConfig config) {
    try {
      return History.open(config.stateDir()).proven();
    } catch (IOException e) {
      return List.of(); // what is in force, and what was before it, are still known
    }
  }

  private static void stop(Agent agent) {
    try {
      agent.stop();
      Runtime.getRuntime().halt(0);
    } catch (IOException | InterruptedException e) {
      Runtime.getRuntime().halt(1);
    }
  }

  /** The worker does not touch the network's set-up, so it may not. */
  private List<String> workerCommand() {
    List<String> command = new ArrayList<>();
    command.add("setpriv");
    command.add("--bounding-set=-net_admin,-net_raw");
    String launcher = System.getProperty("vipops.launcher");
    if (launcher == null) {
      command.add(ProcessHandle.current().info().command().orElse("java"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.vipops.Main"));
    } else {
      command.add(launcher);
    }
    command.addAll(List.of("worker", "--config", file.toAbsolutePath().toString()));
    return command;
  }
}
