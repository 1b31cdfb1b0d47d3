package io.vipops.lab;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a machine is: each file with kind, mode, owner and content, and its packages, services,
 * addresses, routes and network sysctls.
 */
public final class Snapshot {
  private final Map<String, String> lines = new TreeMap<>();

  private Snapshot() {}

  /**
   * Takes one of a machine that is up.
   *
   * @param left paths without leading slash that are left out, with everything below
   */
  public static Snapshot of(SystemdHost machine, Set<String> left)
      throws IOException, InterruptedException {
    Snapshot it = new Snapshot();
    it.walk(machine.root(), left);
    it.add("package", machine.exec("dpkg-query", "-W", "-f", "${Package} ${Version} ${Status}\\n"));
    it.add("unit file", machine.exec("systemctl", "list-unit-files", "--no-legend"));
    it.add(
        "service",
        machine.exec("systemctl", "list-units", "--no-legend", "--plain", "--type=service"));
    it.add("address", machine.network().ip("-o", "addr"));
    it.add("route", machine.network().ip("route"));
    it.add("sysctl", machine.network().exec("sysctl", "-a", "-r", "^net\\.ipv[46]\\.(conf|ip_)"));
    return it;
  }

  private void add(String kind, String output) {
    // Columns are as wide as their longest word.
    output
        .lines()
        .forEach(line -> lines.put(kind + " " + line.strip().replaceAll("\\s+", " "), ""));
  }

  private void walk(Path root, Set<String> left) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            return visit(folder);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            return visit(file);
          }

          private FileVisitResult visit(Path path) throws IOException {
            String name = root.relativize(path).toString();
            if (left.contains(name)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            lines.put("file /" + name, describe(path));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static String describe(Path path) throws IOException {
    Map<String, Object> unix =
        Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
    String content = "";
    if (Files.isSymbolicLink(path)) {
      content = " -> " + Files.readSymbolicLink(path);
    } else if (Files.isRegularFile(path)) {
      content = " " + hash(path);
    }
    return "%o %s:%s%s"
        .formatted((int) unix.get("mode"), unix.get("uid"), unix.get("gid"), content);
  }

  private static String hash(Path file) throws IOException {
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(sum, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What {@code later} has that this one has not, and the other way round, a line each. */
  public Set<String> difference(Snapshot later) {
    Set<String> found = new TreeSet<>();
    lines.forEach(
        (what, how) -> {
          String then = later.lines.get(what);
          if (then == null) {
            found.add("gone: " + what);
          } else if (!then.equals(how)) {
            found.add("changed: %s: %s, was %s".formatted(what, then, how));
          }
        });
    later.lines.keySet().stream()
        .filter(what -> !lines.containsKey(what))
        .forEach(what -> found.add("new: " + what));
    return found;
  }
}
