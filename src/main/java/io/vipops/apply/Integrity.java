package io.vipops.apply;

import io.vipops.render.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a look at every file of a generation found. Content decides whether it may be loaded: of a
 * file too many nothing is read, and a mode can be put right, so neither takes it out of force.
 *
 * @param changed files that are missing, no plain files, or of another content than was staged
 * @param extra what nobody staged, relative to the folder, what is deeper first
 * @param exposed secrets that others than their owner may read or write
 */
record Integrity(Set<String> changed, List<String> extra, List<String> exposed) {
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  /** Looks at generation {@code id} in {@code folder}. Links are not followed. */
  static Integrity of(String id, Path folder) throws IOException {
    SortedMap<String, String> found = new TreeMap<>();
    List<String> extra = new ArrayList<>();
    List<String> exposed = new ArrayList<>();
    Set<String> changed = new TreeSet<>();
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("it is missing");
    }
    walk(folder, found, extra);
    Manifest manifest =
        found.containsKey(Manifest.NAME)
            ? Manifest.decode(Files.readAllBytes(folder.resolve(Manifest.NAME))).orElse(null)
            : null;
    if (manifest == null || !manifest.generation().equals(id)) {
      throw new IOException(Manifest.NAME + " is missing or not as it was written");
    }
    if (!found.containsKey(Settling.NAME) || !settles(folder)) {
      changed.add(Settling.NAME);
    }
    found.keySet().removeAll(Set.of(Manifest.NAME, Settling.NAME));
    for (String name : manifest.differences(found)) {
      if (manifest.hashes().containsKey(name)) {
        changed.add(name);
      } else {
        extra.add(name);
      }
    }
    for (String name : found.keySet()) {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(folder.resolve(name));
      if (!Generations.isPublic(name) && mode.stream().anyMatch(OTHERS::contains)) {
        exposed.add(name);
      }
    }
    // What stands in the place of a file is said once, with that file.
    extra.removeIf(changed::contains);
    return new Integrity(changed, extra, exposed);
  }

  private static boolean settles(Path folder) throws IOException {
    try {
      Settling unused = Settling.decode(Files.readAllBytes(folder.resolve(Settling.NAME)));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static void walk(Path folder, SortedMap<String, String> found, List<String> other)
      throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = folder.relativize(file).toString();
            if (attributes.isRegularFile()) {
              found.put(name, hash(file));
            } else {
              other.add(name);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** SHA-256, 64 hex digits; in small pieces, for a process with a small heap. */
  private static String hash(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[16 * 1024];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        digest.update(piece, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** Whether it may be loaded. */
  boolean isWhole() {
    return changed.isEmpty();
  }

  /** Whether there is nothing to repair at all. */
  boolean isClean() {
    return changed.isEmpty() && extra.isEmpty() && exposed.isEmpty();
  }

  /** What is not as it was staged, on one line; empty: nothing. */
  String text() {
    List<String> parts = new ArrayList<>();
    if (!changed.isEmpty()) {
      parts.add("changed on disk: " + String.join(", ", changed));
    }
    if (!extra.isEmpty()) {
      parts.add("not ours: " + String.join(", ", extra));
    }
    if (!exposed.isEmpty()) {
      parts.add("readable by others: " + String.join(", ", exposed));
    }
    return String.join("; ", parts);
  }
}
