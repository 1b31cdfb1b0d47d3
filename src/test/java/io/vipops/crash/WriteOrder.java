package io.vipops.crash;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether files would also outlive a power cut, which a killed process does not show: bytes are
 * synced before the rename that publishes them, and the rename's folder before anything is done
 * that relies on it. Judged by the calls in their order.
 */
final class WriteOrder {
  private final Set<Path> unsyncedFiles = new TreeSet<>();
  private final Set<Path> unsyncedFolders = new TreeSet<>();
  private final List<String> wrong = new ArrayList<>();
  private int renames;

  private WriteOrder() {}

  /**
   * Looks at {@code calls} that have a path below {@code home}.
   *
   * @return what was wrong, a line each
   */
  static List<String> wrong(List<Seam.Call> calls, Path home) {
    WriteOrder it = new WriteOrder();
    for (Seam.Call call : calls) {
      it.take(call, home);
    }
    it.relyOnFolders("the end");
    System.out.printf("%d calls, %d renames looked at%n", calls.size(), it.renames);
    if (it.renames == 0) {
      it.wrong.add("no rename was seen");
    }
    return it.wrong;
  }

  private void take(Seam.Call call, Path home) {
    String kind = call.text().split(" ", 2)[0];
    if (call.path().isEmpty()) {
      relyOnFolders(call.text()); // a message, a signal, a child: others act on what is there now
      return;
    }
    Path path = Path.of(call.path().replaceFirst("^.* -> ", ""));
    if (path.startsWith(home.resolve("state/repo")) || path.startsWith(home.resolve("run"))) {
      return; // a cache that is fetched anew, and what ends with this boot anyway
    }
    if (path.startsWith(home.resolve("state/history/attempt.json"))
        || path.startsWith(home.resolve("state/history/attempt.json.tmp"))) {
      return; // counts the ends of workers, which a power cut is not
    }
    switch (kind) {
      case "create" -> {
        unsyncedFiles.add(path);
        unsyncedFolders.add(path.getParent());
      }
      case "write", "truncate" -> unsyncedFiles.add(path);
      case "mkdir", "link", "symlink" -> unsyncedFolders.add(path.getParent());
      case "fsync", "fdatasync" -> {
        unsyncedFiles.remove(path);
        unsyncedFolders.remove(path);
      }
      case "unlink" -> unsyncedFiles.remove(path);
      case "rename" -> rename(Path.of(call.path().replaceFirst(" -> .*$", "")), path, call.text());
      default -> {
        // chmod, rmdir, touch: what they change may be lost.
      }
    }
  }

  private void rename(Path from, Path to, String text) {
    renames++;
    for (Path file : unsyncedFiles) {
      if (file.startsWith(from)) {
        wrong.add(text + ": " + file + " is not on the disk yet");
      }
    }
    for (Path folder : unsyncedFolders) {
      if (folder.startsWith(from)) {
        wrong.add(text + ": the entries of " + folder + " are not on the disk yet");
      }
    }
    if (to.endsWith("current")) {
      Set<Path> others = new TreeSet<>(unsyncedFolders);
      others.remove(to.getParent()); // current.tmp itself
      others.forEach(folder -> wrong.add(text + ": " + folder + " is not on the disk yet"));
    }
    unsyncedFiles.remove(from);
    unsyncedFolders.add(to.getParent());
  }

  private void relyOnFolders(String what) {
    for (Path folder : unsyncedFolders) {
      if (!folder.toString().contains(".tmp")) { // nobody reads it yet
        wrong.add(what + ": comes before the entries of " + folder + " are on the disk");
      }
    }
    unsyncedFolders.clear();
  }
}
