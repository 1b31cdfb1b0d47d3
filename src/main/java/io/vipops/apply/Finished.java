package io.vipops.apply;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command that ended, or was ended at its deadline.
 *
 * @param code its exit code; -1: it was ended
 * @param output both streams, without white space around it
 */
record Finished(int code, String output) {
  /**
   * Runs {@code command}. Its output goes through a file, not a pipe: a daemon that it leaves
   * behind may keep the stream open.
   *
   * @throws IOException if it cannot be started
   */
  static Finished run(List<String> command, Duration limit)
      throws IOException, InterruptedException {
    Path output;
    try {
      output = Files.createTempFile("vipops-", ".out");
    } catch (IOException full) {
      return run(command, limit, Path.of("/dev/null")); // what it does matters more
    }
    try {
      return run(command, limit, output);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Runs {@code command} with {@code output}, which is written over, for its output. */
  static Finished run(List<String> command, Duration limit, Path output)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile())
            .redirectErrorStream(true)
            .start();
    if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
      process.destroyForcibly().waitFor();
      return new Finished(-1, "no end after " + limit.toSeconds() + " s");
    }
    return new Finished(process.exitValue(), Files.readString(output).strip());
  }

  boolean ok() {
    return code == 0;
  }
}
