package io.vipops.probe;

import io.vipops.spec.Probe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a process of a name runs in this network namespace, by {@code /proc} (proc(5)). Zombies
 * do not count: they serve nobody.
 */
public final class ProcessProbe {
  private static final Path PROC = Path.of("/proc");

  /** TASK_COMM_LEN without its final zero: the kernel cuts longer names. */
  private static final int NAME_BYTES = 15;

  private ProcessProbe() {}

  /** Looks once; never throws. */
  public static Result run(Probe.Process probe) {
    String wanted = cut(probe.name());
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      String own = NetworkNamespace.own();
      for (Path process : processes) {
        if (matches(process, wanted, own)) {
          return Result.passed("process " + probe.name() + " runs");
        }
      }
      return Result.failed("no process " + probe.name());
    } catch (IOException e) {
      return Result.failed("cannot list processes: " + Text.of(e));
    }
  }

  private static boolean matches(Path process, String wanted, String namespace) {
    try {
      String name = Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1);
      return name.equals(wanted + "\n") && NetworkNamespace.of(process).equals(namespace);
    } catch (IOException e) {
      return false; // It ended while we looked; a zombie has no namespace either.
    }
  }

  private static String cut(String name) {
    String bytes = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    return bytes.length() <= NAME_BYTES ? bytes : bytes.substring(0, NAME_BYTES);
  }
}
