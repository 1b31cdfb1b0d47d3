package io.vipops.git;

/** A look at the repository that failed: one line that says which step, why, and how to mend it. */
public final class GitFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean commitsFault;

  private GitFailure(String line, boolean commitsFault, Throwable cause) {
    super(line, cause);
    this.commitsFault = commitsFault;
  }

  /** The remote, the network or this host is at fault: worth another try. */
  static GitFailure ofHost(String line, Throwable cause) {
    return new GitFailure(line, false, cause);
  }

  static GitFailure ofHost(String line) {
    return new GitFailure(line, false, new Throwable(line));
  }

  /** What the commit holds is at fault: only another commit helps. */
  static GitFailure ofCommit(String line) {
    return new GitFailure(line, true, new Throwable(line));
  }

  /** The line for the user. */
  public String line() {
    return String.valueOf(getMessage());
  }

  /** Whether only another commit can mend it. */
  public boolean commitsFault() {
    return commitsFault;
  }
}
