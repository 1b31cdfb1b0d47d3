package io.vipops.render;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A network namespace of its own with loopback up, gone when closed. */
final class Netns implements AutoCloseable {
  /** What a command printed, on both streams, and its exit code. */
  record Result(int exit, String output) {}

  private final String name;
  private final List<Process> started = new ArrayList<>();

  Netns() throws IOException, InterruptedException {
    name = "vr" + ProcessHandle.current().pid() + "x" + Long.toHexString(System.nanoTime());
    must(run(List.of("ip", "netns", "add", name)));
    must(exec("ip", "link", "set", "lo", "up"));
  }

  /** Runs a command in the namespace until it ends. */
  Result exec(String... command) throws IOException, InterruptedException {
    return run(inside(command));
  }

  /** Starts a command in the namespace; it ends with the namespace. */
  Process start(String... command) throws IOException {
    Process process =
        new ProcessBuilder(inside(command))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    started.add(process);
    return process;
  }

  private List<String> inside(String... command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(List.of(command));
    return all;
  }

  static void must(Result result) {
    if (result.exit() != 0) {
      throw new IllegalStateException(result.output());
    }
  }

  private static Result run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    return new Result(process.waitFor(), output);
  }

  @Override
  public void close() throws IOException {
    try {
      for (Process process : started) {
        // nginx's master ends its workers on TERM; ip netns exec has become the master.
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }
      must(run(List.of("ip", "netns", "del", name)));
    } catch (InterruptedException e) {
      throw new IOException("interrupted before " + name + " was removed", e);
    }
  }
}
