package io.vipops.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The Debian package that the build left. */
public final class Deb {
  private Deb() {}

  public static Path built() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target").toAbsolutePath())) {
      List<Path> found =
          files.filter(it -> it.getFileName().toString().matches("vipops_.*\\.deb")).toList();
      if (found.size() != 1) {
        throw new IllegalStateException(
            "want one target/vipops_*.deb, found " + found + ": run mvn -Ppackage package");
      }
      return found.get(0);
    }
  }
}
