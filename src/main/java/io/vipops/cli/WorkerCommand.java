package io.vipops.cli;

import io.vipops.git.GitFailure;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.AgentConfigReader;
import io.vipops.spec.Problem;
import io.vipops.worker.Worker;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The agent's child. */
@Command(
    name = "worker",
    hidden = true,
    description = "Fetches commits and takes them into force. Started by the agent, never by hand.")
final class WorkerCommand implements Callable<Integer> {
  /** EX_CONFIG of sysexits(3). */
  private static final int BAD_CONFIG = 78;

  @Option(names = "--config", paramLabel = "FILE", description = "this node's agent.yaml")
  private Path config = Path.of("/etc/vipops/agent.yaml");

  @Override
  public Integer call() throws Exception {
    // Frames only on standard output: whatever else prints goes to the log.
    OutputStream frames = new FileOutputStream(FileDescriptor.out);
    System.setOut(System.err);
    AgentConfig read;
    try {
      AgentConfigReader.Reading reading =
          AgentConfigReader.read(config.toString(), Files.readAllBytes(config), hostName());
      for (Problem problem : reading.problems()) {
        System.err.println(
            problem.position().file()
                + ":"
                + problem.position().line()
                + ":"
                + problem.position().column()
                + ": "
                + problem.message());
      }
      if (reading.config() == null) {
        return BAD_CONFIG;
      }
      read = reading.config();
    } catch (IOException e) {
      System.err.println(config + ": cannot be read: " + e.getMessage());
      return BAD_CONFIG;
    }
    try {
      Worker.run(read, Vipops.VERSION, System.in, frames);
    } catch (GitFailure e) {
      System.err.println(config + ": " + e.line());
      return BAD_CONFIG;
    }
    // Whatever is under way ends here; the journal knows how far it came.
    Runtime.getRuntime().halt(0);
    return 0;
  }

  private static String hostName() throws IOException {
    return InetAddress.getLocalHost().getHostName().replaceFirst("\\..*", "");
  }
}
