package io.vipops.git;

import java.io.IOException;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevSort;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;

/** Looks at commits as they were pushed, byte for byte. */
public final class CommitWalk {
  private static final int MAX_COMMIT_BYTES = 1 << 20;

  private final RevWalk walk;

  CommitWalk(RevWalk walk) {
    this.walk = walk;
    walk.setRetainBody(false);
  }

  /**
   * What makes of a commit whatever is looked for.
   *
   * @param <T> that
   */
  public interface Look<T> {
    /**
     * @param raw the commit object without its type and size
     * @return null: go on
     */
    @Nullable T at(Commit commit, byte[] raw);
  }

  /** See {@link Mirror#firstOf}. */
  <T> @Nullable T firstOf(Commit head, List<String> known, Look<T> look)
      throws IOException, GitFailure {
    RevCommit last = walk.parseCommit(ObjectId.fromString(head.sha()));
    if (known.isEmpty()) {
      return look(last, look);
    }
    walk.sort(RevSort.TOPO);
    walk.sort(RevSort.REVERSE, true);
    walk.markStart(last);
    for (String sha : known) {
      walk.markUninteresting(walk.parseCommit(ObjectId.fromString(sha)));
    }
    for (RevCommit commit : walk) {
      T found = look(commit, look);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private <T> @Nullable T look(RevCommit commit, Look<T> look) throws IOException, GitFailure {
    ObjectLoader loader = walk.getObjectReader().open(commit, Constants.OBJ_COMMIT);
    if (loader.getSize() > MAX_COMMIT_BYTES) {
      throw GitFailure.ofCommit(
          "commit " + commit.name().substring(0, 7) + " is larger than 1 MiB without its files");
    }
    byte[] raw = loader.getCachedBytes();
    RevCommit parsed = RevCommit.parse(raw);
    Mirror.requireAuthor(parsed);
    return look.at(Mirror.commit(parsed), raw);
  }
}
