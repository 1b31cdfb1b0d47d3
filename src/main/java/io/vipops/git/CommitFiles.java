package io.vipops.git;

import io.vipops.spec.SpecReader.SourceFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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

  private final ObjectReader objects;
  private final RevCommit commit;
  private final String shortSha;
  private final List<SourceFile> files = new ArrayList<>();
  private long bytes;

  CommitFiles(ObjectReader objects, RevCommit commit, String shortSha) {
    this.objects = objects;
    this.commit = commit;
    this.shortSha = shortSha;
  }

  /** One file, or the {@code *.yaml} of one folder. */
  List<SourceFile> read(String path) throws IOException, GitFailure {
    String inside = normal(path);
    if (inside.isEmpty()) {
      addFolder("", commit.getTree());
      return files;
    }
    try (TreeWalk at = TreeWalk.forPath(objects, inside, commit.getTree())) {
      if (at == null) {
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
    if (mode == FileMode.SYMLINK) {
      throw refusal(name, "is a symbolic link: commit the file itself");
    }
    if (mode == FileMode.GITLINK) {
      throw refusal(name, "is a submodule: commit the files themselves");
    }
    if (mode == FileMode.TREE) {
      throw refusal(name, "is a folder: a spec's folder holds files only");
    }
    ObjectLoader loader = objects.open(blob);
    bytes += loader.getSize();
    if (bytes > MAX_BYTES) {
      throw refusal(name, "is too large: a spec has at most 4 MiB");
    }
    files.add(new SourceFile(name, loader.getBytes(MAX_BYTES)));
  }

  private GitFailure refusal(String path, String why) {
    return GitFailure.ofCommit("commit " + shortSha + ": " + path + " " + why);
  }
}
