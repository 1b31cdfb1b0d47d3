package io.vipops.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/** What must hold for any input: a verdict, soon, and nothing thrown. */
final class FuzzRun {
  /** Of this thread's processor time: other work on the machine does not count. */
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private FuzzRun() {}

  /** Does what {@code vipops validate} does for {@code path}; its exit code must be 0, 1 or 2. */
  static int validate(Validation.Format format, Path path, byte[] stdin) {
    return verdict(
        () ->
            new Validation(nowhere(), format, false, new ByteArrayInputStream(stdin))
                .run(List.of(path), "<stdin>", false));
  }

  static int verdict(Callable<Integer> command) {
    int exit = within(command);
    if (exit < 0 || exit > 2) {
      throw new AssertionError("exit code " + exit);
    }
    return exit;
  }

  /** A terminal that nobody watches. */
  static Terminal nowhere() {
    PrintWriter nowhere =
        new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Terminal(nowhere, nowhere, true, true);
  }

  /**
   * Runs {@code part} and holds it to the limit; what is slow gets a second try, as the first may
   * have loaded classes, which a fuzzer rewrites.
   */
  static <T> T within(Callable<T> part) {
    long startNs = System.nanoTime();
    T result = call(part);
    // Asking for the processor time of each run would take longer than many a run.
    if (System.nanoTime() - startNs > LIMIT.toNanos()) {
      startNs = THREADS.getCurrentThreadCpuTime();
      result = call(part);
      if (THREADS.getCurrentThreadCpuTime() - startNs > LIMIT.toNanos()) {
        throw new AssertionError("took more than " + LIMIT.toSeconds() + " s");
      }
    }
    return result;
  }

  private static <T> T call(Callable<T> part) {
    try {
      return part.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A folder in memory where there is one, gone with the JVM. */
  static Path folder() {
    Path memory = Path.of("/dev/shm");
    try {
      Path folder =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "vipops-fuzz-")
              : Files.createTempDirectory("vipops-fuzz-");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path write(Path file, byte[] content) {
    try {
      if (!Files.exists(file)) {
        file.toFile().deleteOnExit();
      }
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
