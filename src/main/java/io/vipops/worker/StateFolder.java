package io.vipops.worker;

import io.vipops.apply.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the state folder can be written. While it cannot, what is in force stays, no commit is
 * looked at, and the folder is tried again every now and then.
 */
final class StateFolder {
  private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);
  private static final int PROBE = 4096;
  private static final long TRY_AGAIN_NS = Duration.ofSeconds(2).toNanos();
  private static final long SAY_AGAIN_NS = Duration.ofMinutes(10).toNanos();

  private final Path folder;
  private final History history;
  private final Report report;
  private final boolean locked;
  private @Nullable String trouble;
  private @Nullable String starved;
  private long triedNs;
  private @Nullable String said;
  private long saidNs;

  StateFolder(Path folder, History history, Report report) {
    this.folder = folder;
    this.history = history;
    this.report = report;
    this.locked = isLocked(folder);
  }

  /** The agent's lock tells the folder from the empty one that a disk is mounted on. */
  private static boolean isLocked(Path folder) {
    return Files.exists(folder.resolve("agent.lock"));
  }

  /** Looks at the folder; once it is whole again, what could not be written is. */
  boolean isUsable() {
    String found = found();
    if (found != null) {
      trouble(found);
    } else if (trouble != null && System.nanoTime() - triedNs >= TRY_AGAIN_NS) {
      triedNs = System.nanoTime();
      try {
        history.flush();
        trouble = null;
        LOG.info("{} can be written again", folder);
        report.unstalled();
      } catch (IOException e) {
        trouble(StorageException.line(folder, e));
      }
    }
    return trouble == null;
  }

  private @Nullable String found() {
    if (!Files.isDirectory(folder) || (locked && !isLocked(folder))) {
      return StorageException.gone(folder);
    }
    boolean room = folder.toFile().getUsableSpace() > 0;
    if (Files.isWritable(folder) && room && starved == null) {
      return null;
    }
    // Asks for the reason by trying: nothing else says that there are no inodes.
    try {
      Path probe = Files.createTempFile(folder, ".probe", "");
      try {
        Files.write(probe, new byte[PROBE]);
      } finally {
        Files.delete(probe);
      }
      return null;
    } catch (IOException e) {
      return StorageException.line(folder, e);
    }
  }

  /** Something could not be read or written. Returns the line for people. */
  String failed(Exception cause) {
    String line = StorageException.line(folder, cause);
    triedNs = System.nanoTime();
    trouble(line);
    return line;
  }

  /** A pass ended: it may have failed for the same reason without a word of ours. */
  void after(Outcome outcome) {
    String why =
        outcome.kind() == Outcome.Kind.FAILED
            ? StorageException.explain(folder, outcome.line()).orElse(null)
            : null;
    if (why != null) {
      starved = why;
      report.stalled("Storage", why);
      say(why);
    } else if (starved != null) {
      starved = null;
      if (outcome.kind() != Outcome.Kind.FAILED) {
        report.unstalled();
      }
    }
  }

  /** How long until the folder is worth another look. */
  long retryNs() {
    return TRY_AGAIN_NS;
  }

  /** What is wrong with it; null: nothing. */
  @Nullable String trouble() {
    return trouble;
  }

  private void trouble(String line) {
    trouble = line;
    report.stalled("Storage", line);
    say(line);
  }

  private void say(String line) {
    long nowNs = System.nanoTime();
    if (!Objects.equals(said, line) || nowNs - saidNs > SAY_AGAIN_NS) {
      LOG.warn("{}; what is in force stays in force", line);
      said = line;
      saidNs = nowNs;
    }
  }
}
