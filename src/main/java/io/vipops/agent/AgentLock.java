package io.vipops.agent;

import io.vipops.spec.AgentConfig;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent per state folder and per run folder: locks that the kernel lets go when the process
 * ends, however it ends. The files stay. Commands that change what an agent would hold take them
 * too, so that no agent starts meanwhile.
 */
public final class AgentLock implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentLock.class);

  /** How long an agent that starts waits for such a command; another agent keeps them longer. */
  private static final int TRIES = 5;

  private static final long PAUSE_MS = 200;

  private final List<FileChannel> files;

  private AgentLock(List<FileChannel> files) {
    this.files = files;
  }

  /**
   * Locks both folders, which must exist.
   *
   * @throws CannotStartException when another agent or a command has one of them
   */
  static AgentLock take(AgentConfig config) throws IOException {
    for (int n = 1; ; n++) {
      List<FileChannel> files = new ArrayList<>();
      Path taken = lock(folders(config), files);
      if (taken == null) {
        return new AgentLock(files);
      }
      if (n == TRIES) {
        throw new CannotStartException(
            taken
                + " is locked"
                + holder(taken)
                + ": another vipops agent runs with this folder, or a vipops command works on it;"
                + " stop that one first, or wait for it");
      }
      pause();
    }
  }

  /**
   * Locks those folders that exist, so that no agent starts until it is closed.
   *
   * @return empty: an agent runs
   * @throws IOException if a lock file cannot be opened; see {@link #reason}
   */
  public static Optional<AgentLock> ifFree(AgentConfig config) throws IOException {
    List<FileChannel> files = new ArrayList<>();
    return lock(folders(config), files) == null
        ? Optional.of(new AgentLock(files))
        : Optional.empty();
  }

  /** Why a lock could not be had, for people. */
  public static String reason(IOException e) {
    return e instanceof AccessDeniedException
        ? "permission denied: " + e.getMessage() + "; run this as root"
        : String.valueOf(e.getMessage());
  }

  private static Set<Path> folders(AgentConfig config) throws IOException {
    Set<Path> folders = new LinkedHashSet<>();
    for (Path folder : List.of(config.stateDir(), config.runDir())) {
      if (Files.isDirectory(folder)) {
        folders.add(folder.toRealPath());
      }
    }
    return folders;
  }

  /** Locks all of them; returns the file that another process has, and then locks none. */
  private static @Nullable Path lock(Set<Path> folders, List<FileChannel> files)
      throws IOException {
    try {
      IOException unlockable = null;
      for (Path folder : folders) {
        Path path = folder.resolve("agent.lock");
        try {
          FileChannel file =
              FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          files.add(file);
          if (!isLocked(file)) {
            close(files);
            return path;
          }
        } catch (IOException e) {
          if (!isStorage(e)) {
            throw e;
          }
          unlockable = e; // a full or read-only disk must not keep an agent from its VIPs
        }
      }
      if (files.isEmpty() && unlockable != null) {
        throw unlockable;
      }
      files.forEach(AgentLock::note);
      return null;
    } catch (IOException e) {
      close(files);
      throw e;
    }
  }

  /** Java gives the system's words, and no number. */
  private static boolean isStorage(IOException e) {
    String text = String.valueOf(e.getMessage());
    return text.contains("Read-only file system") || text.contains("No space left on device");
  }

  /** Who has it is for people only: there may be no room for it. */
  private static void note(FileChannel file) {
    try {
      ByteBuffer pid = StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n");
      int unused = file.truncate(0).write(pid);
    } catch (IOException e) {
      LOG.debug("lock: {}", e.toString());
    }
  }

  /** Who has it, as far as it said so: for people only, the kernel's word is the lock. */
  private static String holder(Path taken) {
    try {
      String pid = Files.readString(taken).strip();
      return pid.isEmpty() ? "" : " by process " + pid;
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean isLocked(FileChannel file) throws IOException {
    try {
      return file.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by this very process; the answer is the same
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CannotStartException("interrupted");
    }
  }

  private static void close(List<FileChannel> files) throws IOException {
    for (FileChannel file : files) {
      file.close();
    }
  }

  @Override
  public void close() throws IOException {
    close(files);
  }
}
