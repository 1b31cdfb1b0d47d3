package io.vipops.apply;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Workers of an nginx master that was killed: they keep answering, and no new master can bind their
 * ports. Ours are known by the generation endpoint that they hold open.
 */
final class Orphans {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";

  private Orphans() {}

  /**
   * Ends every {@code nginx: worker process} of {@code binary} that listens on {@code port} of this
   * network namespace, and waits until they are gone. Only for when there is no master.
   *
   * @return how many there were
   */
  static int end(Path binary, int port, Duration patience)
      throws IOException, InterruptedException {
    Set<String> sockets = listening(port);
    List<ProcessHandle> orphans = new ArrayList<>();
    if (!sockets.isEmpty()) {
      String exe = binary.toRealPath().toString();
      for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
        if (isWorker(process.pid(), exe) && holds(process.pid(), sockets)) {
          orphans.add(process);
        }
      }
    }
    orphans.forEach(ProcessHandle::destroy);
    long deadlineNs = System.nanoTime() + patience.toNanos();
    for (ProcessHandle orphan : orphans) {
      while (orphan.isAlive()) {
        if (System.nanoTime() - deadlineNs > 0) {
          orphan.destroyForcibly();
        }
        Thread.sleep(5);
      }
    }
    return orphans.size();
  }

  /** {@code socket:[inode]} of each socket that listens on {@code port}; proc(5), net/tcp. */
  private static Set<String> listening(int port) throws IOException {
    String wanted = String.format(Locale.ROOT, ":%04X", port);
    Set<String> sockets = new TreeSet<>();
    for (String line : Files.readAllLines(PROC.resolve("self/net/tcp"))) {
      String[] field = line.strip().split("\\s+", -1);
      if (field.length > 9 && field[1].endsWith(wanted) && field[3].equals(LISTENING)) {
        sockets.add("socket:[" + field[9] + "]");
      }
    }
    return sockets;
  }

  private static boolean isWorker(long pid, String exe) {
    Path process = PROC.resolve(Long.toString(pid));
    try {
      String name = Files.readSymbolicLink(process.resolve("exe")).toString();
      return (name.equals(exe) || name.equals(exe + " (deleted)"))
          && Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
              .startsWith("nginx: worker process");
    } catch (IOException e) {
      return false; // gone, or a kernel thread
    }
  }

  private static boolean holds(long pid, Set<String> sockets) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
      for (Path fd : open) {
        if (sockets.contains(Files.readSymbolicLink(fd).toString())) {
          return true;
        }
      }
    } catch (IOException e) {
      return false; // gone meanwhile
    }
    return false;
  }
}
