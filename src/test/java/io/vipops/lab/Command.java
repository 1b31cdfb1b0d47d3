package io.vipops.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A command run to its end, in the test's own namespace. */
public final class Command {
  private Command() {}

  public static String run(String... command) throws IOException, InterruptedException {
    return run(List.of(command));
  }

  /**
   * Returns what it printed on both streams.
   *
   * @throws IOException when it does not exit with 0; the message has its output
   */
  public static String run(List<String> command) throws IOException, InterruptedException {
    return runWithInput("", command);
  }

  /** As {@link #run(List)}, with {@code input} on its standard input. */
  public static String runWithInput(String input, List<String> command)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(String.join(" ", command) + " exited with " + code + ": " + output);
    }
    return output;
  }

  /** Runs it for what it does; its failure is no matter, its output then empty. */
  static String attempt(String... command) {
    try {
      return run(command);
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
