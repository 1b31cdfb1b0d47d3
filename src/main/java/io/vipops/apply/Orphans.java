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

  private final Path binary;
  private final Path pidFile;

  /**
   * @param binary whose workers
   * @param pidFile which names no master
   */
  Orphans(Path binary, Path pidFile) {
    this.binary = binary;
    this.pidFile = pidFile;
  }

  /**
   * Ends every {@code nginx: worker process} that listens on {@code port} of this network namespace
   * and whose master is gone, and waits until they are gone too.
   *
   * @return how many there were
   * @throws ApplyFailure of the host, if one has a living master: that one serves
   */
  int end(int port, Duration patience) throws ApplyFailure, IOException, InterruptedException {
    Set<String> sockets = listening(port);
    List<ProcessHandle> orphans = new ArrayList<>();
    if (!sockets.isEmpty()) {
      String exe = binary.toRealPath().toString();
      for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
        if (isNginx(process.pid(), exe, "worker process") && holds(process.pid(), sockets)) {
          refuseLivingMaster(process, exe);
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

  private void refuseLivingMaster(ProcessHandle worker, String exe) throws ApplyFailure {
    long parent = worker.parent().map(ProcessHandle::pid).orElse(0L);
    if (parent > 0 && isNginx(parent, exe, "master process")) {
      throw new ApplyFailure(
          Fault.HOST,
          "start: nginx master "
              + parent
              + " runs but pid file "
              + pidFile
              + " does not name it: write its number there, or end it");
    }
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

  private static boolean isNginx(long pid, String exe, String role) {
    Path process = PROC.resolve(Long.toString(pid));
    try {
      String name = Files.readSymbolicLink(process.resolve("exe")).toString();
      return (name.equals(exe) || name.equals(exe + " (deleted)"))
          && Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
              .startsWith("nginx: " + role);
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
