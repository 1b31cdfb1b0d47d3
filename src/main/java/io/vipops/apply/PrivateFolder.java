package io.vipops.apply;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder of this user's own (0700), gone when closed or when the JVM is ended. */
final class PrivateFolder implements AutoCloseable {
  private final Path path;
  private final Thread atExit = new Thread(this::abandon, "remove-folder");

  private PrivateFolder(Path path) {
    this.path = path;
  }

  static PrivateFolder create(String prefix) throws IOException {
    PrivateFolder folder = new PrivateFolder(Files.createTempDirectory(prefix));
    Runtime.getRuntime().addShutdownHook(folder.atExit);
    return folder;
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is being ended: the hook removes the folder.
      return;
    }
    remove();
  }

  /** What runs in the folder ends before it goes. */
  private void abandon() {
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      child.destroyForcibly();
      child.onExit().join();
    }
    try {
      remove();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void remove() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(path)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path one : deepestFirst) {
      Files.deleteIfExists(one);
    }
  }
}
