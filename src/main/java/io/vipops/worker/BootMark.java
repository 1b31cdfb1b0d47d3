package io.vipops.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the generation in force was taken into force since this machine, or container, started: a
 * file in the run folder. Before that a missing nginx is started; later its death is a failed
 * check, and the operator's affair.
 */
final class BootMark {
  private static final Logger LOG = LoggerFactory.getLogger(BootMark.class);

  private final Path file;
  private boolean set;

  BootMark(Path runDir) {
    this.file = runDir.resolve("converged");
    this.set = thisBoot().equals(read(file));
  }

  boolean isSet() {
    return set;
  }

  void set() {
    set = true;
    try {
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, thisBoot());
    } catch (IOException e) {
      LOG.warn("cannot write {}: {}", file, e.toString());
    }
  }

  /** The kernel's boot, and the start of process 1: a container starts without its kernel. */
  private static String thisBoot() {
    String stat = read(Path.of("/proc/1/stat"));
    // The name in parentheses may hold blanks; start time is field 22, proc(5).
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1));
    String started = fields.size() > 19 ? fields.get(19) : "";
    return read(Path.of("/proc/sys/kernel/random/boot_id")) + " " + started;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
