package io.vipops.git;

import org.jspecify.annotations.Nullable;

/** A look at the repository that failed: one line that says which step, why, and how to mend it. */
public final class GitFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean commitsFault;
  private final @Nullable String unfetched;

  private GitFailure(
      String line, boolean commitsFault, @Nullable String unfetched, Throwable cause) {
    super(line, cause);
    this.commitsFault = commitsFault;
    this.unfetched = unfetched;
  }

  /** The remote, the network or this host is at fault: worth another try. */
  static GitFailure ofHost(String line, Throwable cause) {
    return new GitFailure(line, false, null, cause);
  }

  static GitFailure ofHost(String line) {
    return new GitFailure(line, false, null, new Throwable(line));
  }

  /** What the commit holds is at fault: only another commit helps. */
  static GitFailure ofCommit(String line) {
    return new GitFailure(line, true, null, new Throwable(line));
  }

  /** The commit {@code sha} cannot even be fetched, and another try would end the same way. */
  static GitFailure ofFetch(String line, String sha, Throwable cause) {
    return new GitFailure(line, true, sha, cause);
  }

  /** The line for the user. */
  public String line() {
    return String.valueOf(getMessage());
  }

  /** The commit whose fetch ends the same way each time; null: it is not that. */
  public @Nullable String unfetched() {
    return unfetched;
  }

  /** Whether only another commit can mend it. */
  public boolean commitsFault() {
    return commitsFault;
  }
}
