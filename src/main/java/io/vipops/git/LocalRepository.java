package io.vipops.git;

import io.vipops.spec.SpecReader.SourceFile;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.errors.AmbiguousObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.RevisionSyntaxException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/** A repository on this disk, somebody else's: it is only read. Not for several threads. */
public final class LocalRepository implements Closeable {
  private final Repository repository;

  private LocalRepository(Repository repository) {
    this.repository = repository;
  }

  /**
   * The repository whose working tree {@code path} lies in.
   *
   * @param path absolute
   * @return null: it lies in none
   * @throws GitFailure if there is one that cannot be read
   */
  public static @Nullable LocalRepository around(Path path) throws GitFailure {
    GitSystem.install();
    Path folder = Files.isDirectory(path) ? path : path.resolveSibling("");
    FileRepositoryBuilder builder =
        new FileRepositoryBuilder().setMustExist(true).findGitDir(folder.toFile());
    File dir = builder.getGitDir();
    if (dir != null) {
      return open(builder, dir.toPath());
    }
    for (Path at = folder; at != null; at = at.getParent()) {
      // JGit takes what it may not look into for nothing.
      refuseUnreadable(at.resolve(".git"));
    }
    return null;
  }

  /**
   * The bare repository {@code dir}.
   *
   * @throws GitFailure if it is none, or cannot be read
   */
  public static LocalRepository bare(Path dir) throws GitFailure {
    GitSystem.install();
    return open(
        new FileRepositoryBuilder().setMustExist(true).setBare().setGitDir(dir.toFile()), dir);
  }

  private static LocalRepository open(FileRepositoryBuilder builder, Path dir) throws GitFailure {
    refuseUnreadable(dir);
    refuseUnreadable(dir.resolve("objects"));
    try {
      return new LocalRepository(builder.build());
    } catch (IOException e) {
      throw unreadable(dir, e);
    }
  }

  private static void refuseUnreadable(Path dir) throws GitFailure {
    if (Files.isDirectory(dir) && !(Files.isReadable(dir) && Files.isExecutable(dir))) {
      throw GitFailure.ofHost("repository " + dir + ": permission denied: run this as its owner");
    }
  }

  /** The top of the working tree; the repository's own folder where there is none. */
  public Path top() {
    File top = repository.isBare() ? repository.getDirectory() : repository.getWorkTree();
    return top.toPath();
  }

  /**
   * The commit that {@code revision} names: a SHA, branch or tag, also with {@code ~N} or {@code
   * ^N} behind it. That is less than gitrevisions(7) has: it is what JGit reads.
   *
   * @return null: there is none of that name
   * @throws GitFailure if the name is no revision or fits several, or the repository cannot be read
   */
  public @Nullable Commit commit(String revision) throws GitFailure {
    try (RevWalk walk = new RevWalk(repository)) {
      ObjectId id = repository.resolve(revision + "^{commit}");
      return id == null ? null : Mirror.commit(walk.parseCommit(id));
    } catch (AmbiguousObjectException e) {
      throw GitFailure.ofHost("revision " + revision + " fits several objects: give more of it");
    } catch (RevisionSyntaxException e) {
      throw GitFailure.ofHost(
          "revision "
              + revision
              + ": this form of revision is not supported: give a SHA, branch, tag, or REV~N");
    } catch (IncorrectObjectTypeException e) {
      throw GitFailure.ofHost("revision " + revision + " is no commit's name");
    } catch (IOException e) {
      throw unreadable(top(), e);
    }
  }

  /** Whether this is a clone without all of its history. */
  public boolean isShallow() throws GitFailure {
    return !shallowCommits().isEmpty();
  }

  /** Whether {@code commit} has parents that a shallow clone leaves out. */
  public boolean isCutOff(Commit commit) throws GitFailure {
    return shallowCommits().contains(ObjectId.fromString(commit.sha()));
  }

  private Set<ObjectId> shallowCommits() throws GitFailure {
    try {
      return repository.getObjectDatabase().getShallowCommits();
    } catch (IOException e) {
      throw unreadable(top(), e);
    }
  }

  /** The first parent of {@code commit}; null: it has none. */
  public @Nullable Commit parent(Commit commit) throws GitFailure {
    try (RevWalk walk = new RevWalk(repository)) {
      RevCommit parsed = walk.parseCommit(ObjectId.fromString(commit.sha()));
      return parsed.getParentCount() == 0
          ? null
          : Mirror.commit(walk.parseCommit(parsed.getParent(0)));
    } catch (IOException e) {
      throw unreadable(top(), e);
    }
  }

  /**
   * What stands at {@code path}: one file, or the {@code *.yaml} of one folder in the order of
   * their names.
   *
   * @param path from the top of the tree, empty for the top itself
   * @return empty: there is nothing
   * @throws GitFailure if it is a link or a submodule, or has more than 4 MiB
   */
  public List<SourceFile> read(Commit commit, String path) throws GitFailure {
    try (RevWalk walk = new RevWalk(repository)) {
      RevCommit parsed = walk.parseCommit(ObjectId.fromString(commit.sha()));
      if (!path.isEmpty() && !exists(walk, parsed, path)) {
        return List.of();
      }
      return new CommitFiles(walk.getObjectReader(), parsed, commit.shortSha(), false).read(path);
    } catch (IOException e) {
      throw unreadable(top(), e);
    }
  }

  private static boolean exists(RevWalk walk, RevCommit commit, String path) throws IOException {
    try (TreeWalk at = TreeWalk.forPath(walk.getObjectReader(), path, commit.getTree())) {
      return at != null;
    }
  }

  private static GitFailure unreadable(Path dir, IOException e) {
    return GitFailure.ofHost("repository " + dir + ": " + FailureText.why(e), e);
  }

  @Override
  public void close() {
    repository.close();
  }
}
