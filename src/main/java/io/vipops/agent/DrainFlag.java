package io.vipops.agent;

import io.vipops.json.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Whether this node is drained: kept in a file, since a drain outlives restarts. */
final class DrainFlag {
  private final Path file;
  private boolean drained;

  private DrainFlag(Path file, boolean drained) {
    this.file = file;
    this.drained = drained;
  }

  /**
   * Reads the flag; no file means not drained.
   *
   * @throws IOException if the file is there but cannot be read or understood
   */
  static DrainFlag load(Path file) throws IOException {
    try {
      Object drained = Json.decode(Files.readAllBytes(file)).get("drained");
      return new DrainFlag(file, Boolean.TRUE.equals(drained));
    } catch (NoSuchFileException e) {
      return new DrainFlag(file, false);
    } catch (Json.MalformedException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  boolean isSet() {
    return drained;
  }

  /** Sets the flag once the file says so on disk. */
  void set(boolean now) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".tmp");
    Files.write(next, Json.encode(Map.of("drained", now)));
    try (FileChannel written = FileChannel.open(next, StandardOpenOption.WRITE)) {
      written.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true); // the new name, too, outlives a power cut
    }
    drained = now;
  }
}
