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

  /** The same package with {@code version}, packed anew in {@code folder}. */
  public static Path withVersion(String version, Path folder)
      throws IOException, InterruptedException {
    Path content = folder.resolve("deb-" + version);
    Command.run("dpkg-deb", "-R", built().toString(), content.toString());
    Path control = content.resolve("DEBIAN/control");
    Files.writeString(
        control,
        Files.readString(control).replaceFirst("(?m)^Version: .*$", "Version: " + version));
    Path deb = folder.resolve("vipops_" + version + ".deb");
    Command.run(
        "dpkg-deb",
        "--root-owner-group",
        "-Zgzip",
        "-z1",
        "-b",
        content.toString(),
        deb.toString());
    return deb;
  }
}
