package io.vipops.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether somebody else could put another program in a script's place: each file that runs, every
 * folder on its way and every link in it must be owned by root or by whom the script runs as, and
 * be writable by nobody else. An access list counts too: its mask stands where the group's rights
 * do. Looked at before each run, which takes some microseconds.
 */
final class ScriptFile {
  private static final int WRITABLE_BY_OTHERS = 0022;
  private static final int STICKY = 01000;
  private static final int PERMISSIONS = 07777;

  /** As path_resolution(7). */
  private static final int MOST_LINKS = 40;

  /** Scripts that run scripts: as execve(2), which gives up there. */
  private static final int MOST_INTERPRETERS = 5;

  /** Bytes of a first line that execve(2) looks at. */
  private static final int FIRST_LINE = 256;

  /** Programs that run a file which they are given, executable or not. */
  private static final Pattern INTERPRETER =
      Pattern.compile("(ba|da|k|z)?sh|busybox|env|perl|php|ruby|node|lua|python[0-9.]*");

  private final Set<Integer> trusted;

  private ScriptFile(Set<Integer> trusted) {
    this.trusted = trusted;
  }

  /**
   * Returns why {@code command} must not run, in one line that names the path; null: it may. Looks
   * at the command itself and at each argument that is the absolute path of a program, or, behind a
   * shell or the like, of anything, for that may be its script; and at what the {@code #!} of each
   * names. A path that is not there is no reason: the run will say so.
   *
   * @param trusted ids of users who may own what runs
   */
  static @Nullable String refusal(List<String> command, Set<Integer> trusted) {
    return new ScriptFile(trusted).refusal(command, MOST_INTERPRETERS);
  }

  private @Nullable String refusal(List<String> words, int interpreters) {
    boolean isFirst = true;
    boolean isInterpreted = false;
    for (String word : words) {
      Path path = Path.of(word);
      if (word.startsWith("/") && (isFirst || isInterpreted || isProgram(path))) {
        String refusal = refusal(path);
        if (refusal == null && interpreters > 0) {
          refusal = refusal(interpreter(path), interpreters - 1);
        }
        if (refusal != null) {
          return refusal;
        }
      }
      isFirst = false;
      Path name = path.getFileName();
      isInterpreted |= name != null && INTERPRETER.matcher(name.toString()).matches();
    }
    return null;
  }

  private static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }

  /** The words behind {@code #!}; none where it has no such line, or cannot be read. */
  private static List<String> interpreter(Path path) {
    if (!Files.isRegularFile(path)) {
      return List.of(); // a pipe would keep us waiting
    }
    try (InputStream in = Files.newInputStream(path)) {
      String head = new String(in.readNBytes(FIRST_LINE), StandardCharsets.ISO_8859_1);
      return head.startsWith("#!")
          ? List.of(head.substring(2).split("[\n\0]", 2)[0].strip().split("[ \t]+"))
          : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  private @Nullable String refusal(Path path) {
    try {
      return walk(path);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      return "cannot look at " + path + ": " + e.getMessage();
    }
  }

  /** One name after the other, as the kernel goes. */
  private @Nullable String walk(Path path) throws IOException {
    Deque<Path> ahead = new ArrayDeque<>();
    Path at = Path.of("/");
    String refusal = refusalAt(at);
    prepend(ahead, path);
    int links = 0;
    while (refusal == null && !ahead.isEmpty()) {
      String name = ahead.pop().toString();
      if (name.equals("..")) {
        at = at.getParent() == null ? at : at.getParent();
        continue;
      }
      Path next = at.resolve(name).normalize();
      refusal = refusalAt(next);
      if (Files.isSymbolicLink(next)) {
        if (++links > MOST_LINKS) {
          return path + " goes round in links";
        }
        Path target = Files.readSymbolicLink(next);
        at = target.isAbsolute() ? Path.of("/") : at;
        prepend(ahead, target);
      } else {
        at = next;
      }
    }
    return refusal;
  }

  private static void prepend(Deque<Path> ahead, Path path) {
    for (int i = path.getNameCount() - 1; i >= 0; i--) {
      ahead.push(path.getName(i));
    }
  }

  private @Nullable String refusalAt(Path path) throws IOException {
    Map<String, Object> file =
        Files.readAttributes(
            path, "unix:uid,mode,isDirectory,isSymbolicLink", LinkOption.NOFOLLOW_LINKS);
    int mode = (Integer) Objects.requireNonNull(file.get("mode"));
    if (!trusted.contains((Integer) Objects.requireNonNull(file.get("uid")))) {
      return path
          + " belongs to "
          + Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName()
          + ", who could put something else there: chown root "
          + path;
    }
    boolean isSticky = Boolean.TRUE.equals(file.get("isDirectory")) && (mode & STICKY) != 0;
    boolean isLink = Boolean.TRUE.equals(file.get("isSymbolicLink"));
    if (isLink || isSticky || (mode & WRITABLE_BY_OTHERS) == 0) {
      return null;
    }
    return path
        + " can be written by others (mode "
        + Integer.toOctalString(mode & PERMISSIONS)
        + "): chmod go-w "
        + path;
  }
}
