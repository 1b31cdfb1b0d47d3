package io.vipops.apply;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/** Files that are either the old or the new after a crash, never half of one. */
public final class Durable {
  /** Readable by root only: what may hold a password. */
  static final Set<PosixFilePermission> SECRET = PosixFilePermissions.fromString("rw-------");

  static final Set<PosixFilePermission> PUBLIC = PosixFilePermissions.fromString("rw-r--r--");

  private Durable() {}

  /** Replaces {@code file} by rename, after its bytes are on the disk. Readable by root only. */
  public static void replace(Path file, byte[] bytes) throws IOException {
    replace(file, bytes, SECRET);
  }

  static void replace(Path file, byte[] bytes, Set<PosixFilePermission> permissions)
      throws IOException {
    Path folder = folderOf(file);
    makeFolder(folder);
    Path next = folder.resolve(file.getFileName() + ".tmp");
    write(next, bytes, permissions);
    Files.move(next, file, ATOMIC_MOVE);
    sync(folder);
  }

  /** Points the symbolic link {@code link} at {@code target}, by rename. */
  static void replaceLink(Path link, Path target) throws IOException {
    Path folder = folderOf(link);
    makeFolder(folder);
    Path next = folder.resolve(link.getFileName() + ".tmp");
    Files.deleteIfExists(next);
    Files.createSymbolicLink(next, target);
    Files.move(next, link, ATOMIC_MOVE);
    sync(folder);
  }

  /** Makes a folder, with those above it, that lasts as what is put into it. */
  public static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path above = folderOf(folder);
      makeFolder(above);
      Files.createDirectories(folder);
      sync(above);
    }
  }

  /** Writes a file that nobody reads yet, through to the disk. */
  static void write(Path file, byte[] bytes, Set<PosixFilePermission> permissions)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(CREATE, WRITE, TRUNCATE_EXISTING),
            PosixFilePermissions.asFileAttribute(permissions))) {
      Files.setPosixFilePermissions(file, permissions); // against the umask and an older file
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  /** Writes a folder's entries through to the disk: what a rename in it needs to last. */
  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  /** Removes a folder with all it holds; links are removed, not followed. */
  static void removeTree(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  static Path folderOf(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? Path.of("/") : folder;
  }
}
