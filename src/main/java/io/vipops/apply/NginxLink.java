package io.vipops.apply;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The configuration file that nginx is started with, as a link into {@code current}. What stood
 * there before is kept beside it as {@code nginx.conf.before-vipops}.
 */
final class NginxLink {
  private final Path link;
  private final Path target;
  private final Path original;

  /**
   * @param link e.g. {@code /etc/nginx/nginx.conf}
   * @param target e.g. {@code /var/lib/vipops/current/nginx/nginx.conf}
   */
  NginxLink(Path link, Path target) {
    this.link = link;
    this.target = target;
    this.original = link.resolveSibling(link.getFileName() + ".before-vipops");
  }

  /** Makes the link, unless it is there. */
  void make() throws IOException {
    if (isOurs()) {
      return;
    }
    if (exists(link)) {
      // The first file is the one that unadopt puts back; a later one is kept all the same.
      Path kept =
          exists(original)
              ? link.resolveSibling(link.getFileName() + ".replaced-by-vipops")
              : original;
      if (Files.isSymbolicLink(link)) {
        Files.deleteIfExists(kept);
        Files.createSymbolicLink(kept, Files.readSymbolicLink(link));
      } else {
        Files.copy(
            link,
            kept,
            java.nio.file.StandardCopyOption.REPLACE_EXISTING,
            java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
      }
      Path folder = kept.toAbsolutePath().getParent();
      if (folder != null) {
        Durable.sync(folder);
      }
    }
    Durable.replaceLink(link, target);
  }

  /** Puts back what stood there before the first {@link #make}. */
  void undo() throws IOException {
    if (!isOurs()) {
      return;
    }
    if (exists(original)) {
      Files.move(original, link, ATOMIC_MOVE);
    } else {
      Files.delete(link);
    }
  }

  private boolean isOurs() throws IOException {
    return Files.isSymbolicLink(link)
        && link.resolveSibling(Files.readSymbolicLink(link)).normalize().equals(target);
  }

  private static boolean exists(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }
}
