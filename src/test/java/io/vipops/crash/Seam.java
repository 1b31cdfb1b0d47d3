package io.vipops.crash;

import io.vipops.lab.Await;
import io.vipops.lab.Command;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The test's side of {@code src/test/c/seam.c}: sees each system call of vipops' that changes
 * something, and ends its process before or after one of them. Not for several threads.
 */
final class Seam {
  /** Whose calls are meant. */
  enum Role {
    ANY,
    WORKER,
    AGENT,
    COMMAND
  }

  /** On which side of a call its process ends. */
  enum Side {
    BEFORE,
    AFTER
  }

  /**
   * A call as it was made.
   *
   * @param text what {@link Point} knows it by
   * @param path as it is on the disk; empty for what has none
   */
  record Call(String text, String path) {}

  private static final int RECORD = 1;
  private static final int KILL_BEFORE = 2;
  private static final int KILL_AFTER = 3;

  // Offsets in struct page.
  private static final int MODE = 0;
  private static final int ROLE = 4;
  private static final int NTH = 8;
  private static final int PASSED = 20;
  private static final int VICTIM = 24;
  private static final int USED = 28;
  private static final int CLOCK = 32;
  private static final int PATTERN = 64;
  private static final int FOLDER = 512;
  private static final int LOG = 1024;
  private static final int LOG_SIZE = 1 << 20;

  private static Path library;

  private final Path file;
  private final MappedByteBuffer page;

  /**
   * @param file the page, made anew
   * @param watched files below it are seen
   */
  Seam(Path file, Path watched) throws IOException {
    this.file = file;
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      page = channel.map(FileChannel.MapMode.READ_WRITE, 0, LOG + LOG_SIZE);
    }
    page.order(ByteOrder.nativeOrder());
    put(FOLDER, watched.toString());
  }

  /** Words to put before a command so that it runs under the seam. */
  List<String> environment() throws IOException, InterruptedException {
    return List.of("env", "LD_PRELOAD=" + library(), "VIPOPS_SEAM=" + file);
  }

  private static synchronized Path library() throws IOException, InterruptedException {
    if (library == null) {
      Path built = Path.of("target/seam.so").toAbsolutePath();
      Path source = Path.of("src/test/c/seam.c").toAbsolutePath();
      Path next = Files.createTempFile(built.getParent(), "seam", ".so");
      Command.run(
          "gcc",
          "-shared",
          "-fPIC",
          "-O2",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-o",
          next.toString(),
          source.toString(),
          "-ldl");
      Files.move(next, built, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      library = built;
    }
    return library;
  }

  /** From now on the calls of {@code role} are written down. */
  void record(Role role) {
    arm(RECORD, role, 0, "");
  }

  /** What was written down since {@link #record}, which ends with it. */
  List<Call> recorded() {
    off();
    return calls();
  }

  /** Whether a call of this text was written down since {@link #record}. */
  boolean saw(String text) {
    return calls().stream().anyMatch(call -> call.text().equals(text));
  }

  private List<Call> calls() {
    int used = page.getInt(USED);
    if (used > LOG_SIZE) {
      throw new IllegalStateException("the seam's log is too small for " + used + " bytes");
    }
    byte[] log = new byte[used];
    page.get(LOG, log);
    List<Call> calls = new ArrayList<>();
    for (String line : new String(log, StandardCharsets.UTF_8).lines().toList()) {
      String[] parts = line.split("\t", 2);
      if (parts.length == 2) { // else it is just being written
        calls.add(new Call(parts[0], parts[1]));
      }
    }
    return calls;
  }

  /** The next time {@code role} comes to {@code point}, it is ended there. */
  void kill(Role role, Point point, Side side) {
    arm(
        side == Side.BEFORE ? KILL_BEFORE : KILL_AFTER,
        role,
        point.occurrence(),
        point.text().replaceAll("([*?\\[\\]\\\\])", "\\\\$1"));
  }

  /** Whether the process was ended. */
  boolean hasKilled() {
    return page.getInt(VICTIM) != 0;
  }

  /** Waits until the process was ended, and is gone. */
  void awaitKill(Duration limit) throws Exception {
    Await.until("the armed point is come to", limit, this::hasKilled);
    int victim = page.getInt(VICTIM);
    Await.until(
        "the end of " + victim,
        limit,
        () -> ProcessHandle.of(victim).map(it -> !it.isAlive()).orElse(true));
  }

  /** Sets the clock of all processes under the seam, however far it is off the host's. */
  void setClockAhead(Duration ahead) {
    page.putLong(CLOCK, ahead.toSeconds());
    VarHandle.fullFence();
  }

  void off() {
    page.putInt(MODE, 0);
    VarHandle.fullFence();
  }

  private void arm(int mode, Role role, int nth, String pattern) {
    off();
    page.putInt(ROLE, role.ordinal());
    page.putInt(NTH, nth);
    page.putInt(PASSED, 0);
    page.putInt(VICTIM, 0);
    page.putInt(USED, 0);
    put(PATTERN, pattern);
    VarHandle.fullFence();
    page.putInt(MODE, mode);
    VarHandle.fullFence();
  }

  private void put(int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= 448) {
      throw new IllegalArgumentException("too long for the seam: " + text);
    }
    page.put(at, bytes);
    page.put(at + bytes.length, (byte) 0);
  }

  /**
   * A place in a run where a process can end: the {@code occurrence}th call of this text.
   *
   * @param occurrence from 1
   */
  record Point(String text, int occurrence) {
    /** The points that {@code calls} came to, in their order. */
    static List<Point> of(List<Call> calls) {
      Map<String, Integer> seen = new HashMap<>();
      return calls.stream()
          .map(call -> new Point(call.text(), seen.merge(call.text(), 1, Integer::sum)))
          .toList();
    }

    @Override
    public String toString() {
      return occurrence == 1 ? text : text + " #" + occurrence;
    }
  }
}
