package io.vipops.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

/** What must hold for any input: a verdict, soon, and nothing thrown. */
final class FuzzRun {
  /** Of this thread's processor time: other work on the machine does not count. */
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private FuzzRun() {}

  /** Runs the command line as {@code main} does; its exit code must be 0, 1 or 2. */
  static int vipops(byte[] stdin, String... arguments) {
    int exit = within(() -> quietly(stdin, () -> Vipops.execute(arguments)));
    if (exit < 0 || exit > 2) {
      throw new AssertionError(String.join(" ", arguments) + ": exit code " + exit);
    }
    return exit;
  }

  /**
   * Runs {@code part} and holds it to the limit; what is slow gets a second try, as the first may
   * have loaded classes, which a fuzzer rewrites.
   */
  static <T> T within(Callable<T> part) {
    long startNs = THREADS.getCurrentThreadCpuTime();
    T result = call(part);
    if (tookTooLong(startNs)) {
      startNs = THREADS.getCurrentThreadCpuTime();
      result = call(part);
      if (tookTooLong(startNs)) {
        throw new AssertionError("took more than " + LIMIT.toSeconds() + " s");
      }
    }
    return result;
  }

  private static boolean tookTooLong(long startNs) {
    return THREADS.getCurrentThreadCpuTime() - startNs > LIMIT.toNanos();
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

  private static <T> T quietly(byte[] stdin, Callable<T> part) throws Exception {
    InputStream in = System.in;
    PrintStream out = System.out;
    PrintStream err = System.err;
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    try {
      System.setIn(new ByteArrayInputStream(stdin));
      System.setOut(nowhere);
      System.setErr(nowhere);
      return part.call();
    } finally {
      System.setIn(in);
      System.setOut(out);
      System.setErr(err);
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
