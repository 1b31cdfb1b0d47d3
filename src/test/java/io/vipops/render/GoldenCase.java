package io.vipops.render;

import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder with a {@code cluster.yaml} and, by node, what it is rendered to. */
record GoldenCase(Path folder) {
  private static final Path ALL = Path.of("src/test/resources/golden");

  static List<GoldenCase> all() throws IOException {
    try (Stream<Path> folders = Files.list(ALL)) {
      return folders.sorted().map(GoldenCase::new).toList();
    }
  }

  byte[] yaml() throws IOException {
    return Files.readAllBytes(folder.resolve("cluster.yaml"));
  }

  Spec spec() throws IOException {
    return read(yaml());
  }

  static Spec read(byte[] yaml) {
    SpecReader.Reading reading =
        SpecReader.read(List.of(new SpecReader.SourceFile("cluster.yaml", yaml)));
    if (reading.spec() == null) {
      throw new AssertionError(reading.problems().toString());
    }
    return reading.spec();
  }

  @Override
  public String toString() {
    return folder.getFileName().toString();
  }
}
