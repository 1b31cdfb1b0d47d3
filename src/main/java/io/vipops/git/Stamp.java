package io.vipops.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What files were when they were read: another one means to read them again. */
record Stamp(List<Of> files) {
  /**
   * @param changed null: it cannot be looked at
   * @param key another one after a rename over it, even within one tick of the clock
   */
  record Of(Path file, @Nullable FileTime changed, long bytes, String key) {}

  /** Of files as they are now; those that are null are left out. */
  static Stamp of(@Nullable Path... files) {
    List<Of> stamps = new ArrayList<>();
    for (Path file : files) {
      if (file != null) {
        stamps.add(of(file));
      }
    }
    return new Stamp(List.copyOf(stamps));
  }

  private static Of of(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      String key = Objects.requireNonNullElse(now.fileKey(), "").toString();
      return new Of(file, now.lastModifiedTime(), now.size(), key);
    } catch (IOException e) {
      return new Of(file, null, 0, "");
    }
  }
}
