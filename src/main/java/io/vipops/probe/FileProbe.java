package io.vipops.probe;

import io.vipops.spec.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Whether there is something at a path, of whatever kind; a link counts as what it leads to. What
 * cannot be looked at is a failure, whichever was wanted.
 */
final class FileProbe {
  private FileProbe() {}

  static Result run(Probe.File probe) {
    boolean present = true;
    try {
      Files.readAttributes(Path.of(probe.path()), BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      // Newer Javas say so of what lies in a file, too (ENOTDIR).
      Path above = Path.of(probe.path()).getParent();
      while (above != null && !Files.exists(above)) {
        above = above.getParent();
      }
      if (above != null && !Files.isDirectory(above)) {
        return Result.failed(
            "file " + probe.path() + " cannot be looked at: " + above + " is not a folder");
      }
      present = false;
    } catch (IOException e) {
      return Result.failed("file " + probe.path() + " cannot be looked at: " + Text.of(e));
    }
    String seen = "file " + probe.path() + (present ? " is there" : " is not there");
    return new Result(present == probe.present(), seen);
  }
}
