package io.vipops.cli;

import io.vipops.channel.Channel;
import io.vipops.channel.UnixSocket;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.AgentConfigReader;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Asks the running agent; the options that say which one. */
final class ControlClient {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The agent's configuration; its run_dir holds the socket (${DEFAULT-VALUE}).")
  private Path config = Path.of("/etc/vipops/agent.yaml");

  @Option(
      names = "--socket",
      paramLabel = "FILE",
      description = "The agent's control socket, instead of the one that --config leads to.")
  private @Nullable Path socket;

  /** There is no agent to ask; the message says what to do. */
  static final class NoAgentException extends Exception {
    private static final long serialVersionUID = 1L;

    NoAgentException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Sends one request and waits for its reply.
   *
   * @throws NoAgentException if no agent answers
   */
  Map<String, @Nullable Object> ask(String type, Consumer<Map<String, @Nullable Object>> onProgress)
      throws NoAgentException {
    return ask(type, Map.of(), onProgress);
  }

  /** As {@link #ask(String, Consumer)}, with {@code body} in the request. */
  Map<String, @Nullable Object> ask(
      String type, Map<String, ?> body, Consumer<Map<String, @Nullable Object>> onProgress)
      throws NoAgentException {
    return ask(socket == null ? configuredSocket() : socket, type, body, onProgress);
  }

  /** As {@link #ask(String, Consumer)}, of the agent that listens on {@code path}. */
  static Map<String, @Nullable Object> ask(
      Path path, String type, Consumer<Map<String, @Nullable Object>> onProgress)
      throws NoAgentException {
    return ask(path, type, Map.of(), onProgress);
  }

  private static Map<String, @Nullable Object> ask(
      Path path,
      String type,
      Map<String, ?> body,
      Consumer<Map<String, @Nullable Object>> onProgress)
      throws NoAgentException {
    try (SocketChannel connection = UnixSocket.connect(path)) {
      Channel channel =
          new Channel(
              UnixSocket.input(connection),
              UnixSocket.output(connection),
              call -> call.fail("the command line answers no requests"));
      Thread reader = new Thread(() -> read(channel), "control");
      reader.setDaemon(true);
      reader.start();
      return channel.request(type, body, onProgress).get();
    } catch (IOException e) {
      throw new NoAgentException(
          isForbidden(path)
              ? "you may not use " + path + ": root may, and members of group vipops"
              : "no agent answers on " + path + " (" + reason(e) + ")",
          e);
    } catch (ExecutionException e) {
      throw new NoAgentException("the agent ended before it answered", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NoAgentException("interrupted", e);
    }
  }

  /** Whether it, or a folder on the way to it, is closed to this user. */
  private static boolean isForbidden(Path path) {
    return !Files.notExists(path) && !Files.isWritable(path);
  }

  private static String reason(IOException e) {
    return e instanceof java.net.SocketException && e.getMessage() != null
        ? e.getMessage()
        : "is vipops agent running, and may you use its socket?";
  }

  private static void read(Channel channel) {
    try {
      channel.run();
    } catch (IOException e) {
      // The waiting request fails with it, and says so.
      return;
    }
  }

  private Path configuredSocket() {
    AgentConfig known = configuration();
    Path runDir = known == null ? Path.of("/run/vipops") : known.runDir();
    return runDir.resolve("control.sock");
  }

  /** The agent's configuration; null: it cannot be read, and the defaults are tried. */
  @Nullable AgentConfig configuration() {
    try {
      return Files.isReadable(config)
          ? AgentConfigReader.read(config.toString(), Files.readAllBytes(config), "localhost")
              .config()
          : null;
    } catch (IOException e) {
      return null;
    }
  }
}
