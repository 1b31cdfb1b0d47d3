package io.vipops.apply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The configuration file that nginx is started with, as a link into {@code current}. What stood
 * there before is kept beside it as {@code nginx.conf.before-vipops}: that file is the operator's
 * consent. It is the same inode, not a copy: owner, mode, times and all else stay what they were.
 */
final class NginxLink {
  private final Path link;
  private final Path target;
  private final Path original;
  private final Path replaced;

  /** In the state folder: where the link is, for a purge of the package. */
  private final Path note;

  /** What stands at the configuration's path. */
  enum State {
    /** Nothing. */
    MISSING,
    /** Our link. */
    LINKED,
    /** Another file, and consent to replace it. */
    ADOPTED,
    /** Another file, which is not ours to touch. */
    FOREIGN
  }

  /**
   * @param link e.g. {@code /etc/nginx/nginx.conf}
   * @param target e.g. {@code /var/lib/vipops/current/nginx/nginx.conf}
   */
  NginxLink(Path link, Path target) {
    this.link = link;
    this.target = target;
    this.original = link.resolveSibling(link.getFileName() + ".before-vipops");
    this.replaced = link.resolveSibling(link.getFileName() + ".replaced-by-vipops");
    this.note = target.resolve("../../../nginx-link").normalize();
  }

  State state() throws IOException {
    if (!exists(link)) {
      return State.MISSING;
    }
    if (Files.isSymbolicLink(link)
        && link.resolveSibling(Files.readSymbolicLink(link)).normalize().equals(target)) {
      return State.LINKED;
    }
    return exists(original) ? State.ADOPTED : State.FOREIGN;
  }

  /** Where the file that unadopt puts back is kept. */
  Path original() {
    return original;
  }

  boolean hasOriginal() {
    return exists(original);
  }

  /** Where a file is kept that took our link's place after adoption. */
  Path replaced() {
    return replaced;
  }

  /** Whether the file in place is the one that was there at adoption, whatever came between. */
  boolean isOriginal() throws IOException {
    if (!exists(link) || !exists(original)) {
      return false;
    }
    if (Files.isSymbolicLink(link) || Files.isSymbolicLink(original)) {
      return Files.isSymbolicLink(link)
          && Files.isSymbolicLink(original)
          && Files.readSymbolicLink(link).equals(Files.readSymbolicLink(original));
    }
    return Files.isSameFile(link, original) || Files.mismatch(link, original) == -1;
  }

  /** Keeps the file that is there under its second name; from here on it may be replaced. */
  void adopt() throws IOException {
    if (state() == State.FOREIGN) {
      writeNote();
      Files.createLink(original, link);
      Durable.sync(folder());
    }
  }

  /**
   * Makes the link, unless it is there.
   *
   * @throws IOException also when a file is there that is not ours to replace
   */
  void make() throws IOException {
    switch (state()) {
      case LINKED -> {
        return;
      }
      case FOREIGN -> throw new IOException("a file that vipops may not replace is there");
      case ADOPTED -> keepWhatCameLater();
      case MISSING -> {}
    }
    writeNote();
    Durable.replaceLink(link, target);
  }

  /** Puts back what stood there before {@link #make}; the consent stays. */
  void undo() throws IOException {
    if (state() != State.LINKED) {
      return;
    }
    if (exists(original)) {
      Path next = link.resolveSibling(link.getFileName() + ".tmp");
      Files.deleteIfExists(next);
      Files.createLink(next, original);
      Files.move(next, link, ATOMIC_MOVE);
    } else {
      Files.delete(link);
    }
    Durable.sync(folder());
  }

  /** Puts back what stood there before adoption, and the consent with it: one rename. */
  void unadopt() throws IOException {
    State now = state();
    if (exists(original)) {
      if (now == State.ADOPTED) {
        keepWhatCameLater();
      }
      if (exists(link) && Objects.equals(inode(link), inode(original))) {
        Files.delete(original); // two names of one file: a rename would leave both
      } else {
        Files.move(original, link, ATOMIC_MOVE);
      }
    } else if (now == State.LINKED) {
      Files.delete(link);
    }
    forget();
    if (Files.isDirectory(folder())) {
      Durable.sync(folder());
    }
  }

  /** Removes what only a link of ours needs; a run that was killed may have left it. */
  void forget() throws IOException {
    Files.deleteIfExists(link.resolveSibling(link.getFileName() + ".tmp"));
    Files.deleteIfExists(note);
  }

  private void keepWhatCameLater() throws IOException {
    if (!isOriginal()) {
      Files.deleteIfExists(replaced);
      Files.createLink(replaced, link);
      Durable.sync(folder());
    }
  }

  private void writeNote() throws IOException {
    Durable.replace(note, (link.toAbsolutePath() + "\n").getBytes(UTF_8));
  }

  private Path folder() {
    Path folder = link.toAbsolutePath().getParent();
    return folder == null ? Path.of("/") : folder;
  }

  private static @Nullable Object inode(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  private static boolean exists(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }
}
