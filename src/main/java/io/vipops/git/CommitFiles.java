package io.vipops.git;

import io.vipops.spec.SpecReader.SourceFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.treewalk.TreeWalk;

/** The files of one commit. */
final class CommitFiles {
  /** For one spec, all files together, in bytes. */
  static final int MAX_BYTES = 4 << 20;

  private static final int MAX_FILES = 1000;
  private static final byte[] LFS_POINTER =
      "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

  private final ObjectReader objects;
  private final RevCommit commit;
  private final String shortSha;
  private final boolean withoutLarge;
  private final List<SourceFile> files = new ArrayList<>();
  private long bytes;

  /**
   * @param withoutLarge whether files larger than a spec may be missing
   */
  CommitFiles(ObjectReader objects, RevCommit commit, String shortSha, boolean withoutLarge) {
    this.objects = objects;
    this.commit = commit;
    this.shortSha = shortSha;
    this.withoutLarge = withoutLarge;
  }

  /** One file, or the {@code *.yaml} of one folder. */
  List<SourceFile> read(String path) throws IOException, GitFailure {
    String inside = normal(path);
    if (List.of(inside.split("/", -1)).contains("..")) {
      throw refusal(path, "leads out of the repository: set source.path to a path inside it");
    }
    if (inside.isEmpty()) {
      addFolder("", commit.getTree());
      return files;
    }
    try (TreeWalk at = TreeWalk.forPath(objects, inside, commit.getTree())) {
      if (at == null) {
        refuseDetour(inside);
        throw refusal(path, "does not exist: add it, or set source.path");
      }
      if (at.getFileMode(0) == FileMode.TREE) {
        addFolder(inside + "/", at.getObjectId(0));
      } else {
        add(inside, at.getFileMode(0), at.getObjectId(0));
      }
    }
    return files;
  }

  /** Names a link or submodule on the way to what is not there. */
  private void refuseDetour(String inside) throws IOException, GitFailure {
    for (int end = inside.indexOf('/'); end > 0; end = inside.indexOf('/', end + 1)) {
      String folder = inside.substring(0, end);
      try (TreeWalk at = TreeWalk.forPath(objects, folder, commit.getTree())) {
        if (at != null) {
          refuseKind(folder, at.getFileMode(0));
        }
      }
    }
  }

  private static String normal(String path) {
    String inside = path.startsWith("./") ? path.substring(2) : path;
    while (inside.endsWith("/")) {
      inside = inside.substring(0, inside.length() - 1);
    }
    return inside.equals(".") ? "" : inside;
  }

  private void addFolder(String prefix, ObjectId tree) throws IOException, GitFailure {
    try (TreeWalk walk = new TreeWalk(objects)) {
      walk.addTree(tree);
      while (walk.next()) {
        if (walk.getNameString().endsWith(".yaml")) {
          add(prefix + walk.getNameString(), walk.getFileMode(0), walk.getObjectId(0));
        }
      }
    }
    if (files.isEmpty()) {
      throw refusal(prefix.isEmpty() ? "." : prefix, "holds no *.yaml");
    }
  }

  private void add(String name, FileMode mode, ObjectId blob) throws IOException, GitFailure {
    refuseKind(name, mode);
    if (mode == FileMode.TREE) {
      throw refusal(name, "is a folder: a spec's folder holds files only");
    }
    if (files.size() == MAX_FILES) {
      throw refusal(name, "is one too many: a spec has at most " + MAX_FILES + " files");
    }
    byte[] content = content(name, blob);
    if (startsWith(content, LFS_POINTER)) {
      throw refusal(name, "is a Git LFS pointer: commit the file itself (git lfs untrack)");
    }
    files.add(new SourceFile(name, content));
  }

  private void refuseKind(String name, FileMode mode) throws GitFailure {
    if (mode == FileMode.SYMLINK) {
      throw refusal(name, "is a symbolic link: commit the file itself");
    }
    if (mode == FileMode.GITLINK) {
      throw refusal(name, "is a submodule: commit the files themselves");
    }
  }

  private byte[] content(String name, ObjectId blob) throws IOException, GitFailure {
    ObjectLoader loader;
    try {
      loader = objects.open(blob);
    } catch (MissingObjectException e) {
      if (withoutLarge) {
        throw tooLarge(name);
      }
      throw e;
    }
    bytes += loader.getSize();
    if (bytes > MAX_BYTES) {
      throw tooLarge(name);
    }
    return loader.getBytes(MAX_BYTES);
  }

  private GitFailure tooLarge(String name) {
    return refusal(name, "is too large: a spec has at most 4 MiB");
  }

  private static boolean startsWith(byte[] content, byte[] prefix) {
    return content.length >= prefix.length
        && Arrays.equals(content, 0, prefix.length, prefix, 0, prefix.length);
  }

  private GitFailure refusal(String path, String why) {
    String shown = path.replaceAll("\\p{Cntrl}", "?");
    return GitFailure.ofCommit("commit " + shortSha + ": " + shown + " " + why);
  }
}
