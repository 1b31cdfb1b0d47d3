package io.vipops.apply;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A folder that cannot be written: the message says which, why, and what to do. */
public final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Less than this is none: the smallest thing that is written, and its folder's entry. */
  private static final long SMALL = 16 * 1024;

  private StorageException(String line, Throwable cause) {
    super(line, cause);
  }

  /**
   * What {@code cause} says about {@code folder}, where the disk is to blame.
   *
   * @param needed bytes that were to be written; 0: unknown
   * @return {@code cause} itself where it is of another kind
   */
  static IOException of(Path folder, IOException cause, long needed) {
    if (cause instanceof StorageException) {
      return cause;
    }
    return line(folder, text(cause), needed)
        .<IOException>map(line -> new StorageException(line, cause))
        .orElse(cause);
  }

  /** The same for people: one line, whatever the cause. */
  public static String line(Path folder, Throwable cause) {
    return cause instanceof StorageException
        ? String.valueOf(cause.getMessage())
        : line(folder, text(cause), 0).orElse(cause.toString());
  }

  /** What a line of another's about {@code folder} or the copy of the branch in it means. */
  public static Optional<String> explain(Path folder, String text) {
    boolean ours = text.contains(folder.toString());
    boolean fetch = text.startsWith("fetch ") && !text.contains("Permission denied");
    if (text.contains(": free some, ")) {
      return ours
          ? Optional.of(text.substring(text.indexOf("no space left on ")))
          : Optional.empty();
    }
    return ours || fetch ? line(folder, text, 0) : Optional.empty();
  }

  private static Optional<String> line(Path folder, String text, long needed) {
    if (text.contains("No space left on device") || text.contains("no space left on ")) {
      return Optional.of(full(folder, needed));
    }
    if (text.contains("Disk quota exceeded")) {
      return Optional.of("the quota of " + folder + " is used up: raise it, or free some");
    }
    if (text.contains("Read-only file system")) {
      return Optional.of(
          folder + " is read-only: see the kernel's log, then remount it read-write");
    }
    if (text.contains("Input/output error")) {
      return Optional.of(folder + ": input/output error: check the disk");
    }
    if (text.contains("Permission denied") || text.contains("Operation not permitted")) {
      return Optional.of(
          "permission denied in " + folder + ": give it back to root (chown, chmod, chattr -i)");
    }
    return Files.isDirectory(folder) ? Optional.empty() : Optional.of(gone(folder));
  }

  /** For a folder that is not there any more. */
  public static String gone(Path folder) {
    return folder
        + " is not the folder that the agent started with: mount or move it back, or restart the"
        + " agent if it is gone for good";
  }

  /** Blocks and inodes end with the same error. */
  private static String full(Path folder, long needed) {
    long free = folder.toFile().getUsableSpace();
    if (free > Math.max(needed, SMALL)) {
      return "no inodes left on " + folder + ": remove files there";
    }
    long kb = (Math.max(needed, SMALL) + 1023) / 1024;
    return "no space left on " + folder + ": free some, " + kb + " kB are needed";
  }

  /** All messages of a chain: Java puts the system's words now here, now there. */
  private static String text(Throwable failure) {
    StringBuilder text = new StringBuilder();
    @Nullable Throwable at = failure;
    for (int depth = 0; at != null && depth < 16; depth++, at = at.getCause()) {
      text.append(at.getMessage()).append('\n');
      if (at instanceof AccessDeniedException) {
        text.append("Permission denied\n");
      } else if (at instanceof NoSuchFileException || at instanceof NotDirectoryException) {
        text.append("No such file\n");
      }
    }
    return text.toString();
  }
}
