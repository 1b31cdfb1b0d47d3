package io.vipops.git;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A look at the repository that failed: one line that says which step, why, and how to mend it. */
public final class GitFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean commitsFault;
  private final @Nullable Duration retryAfter;
  private final @Nullable String unfetched;

  private GitFailure(
      String line,
      boolean commitsFault,
      Throwable cause,
      @Nullable Duration retryAfter,
      @Nullable String unfetched) {
    super(line, cause);
    this.commitsFault = commitsFault;
    this.retryAfter = retryAfter;
    this.unfetched = unfetched;
  }

  /** The server asks to be left alone for a while. */
  static GitFailure ofBusyHost(String line, Throwable cause, Duration retryAfter) {
    return new GitFailure(line, false, cause, retryAfter, null);
  }

  /** The remote, the network or this host is at fault: worth another try. */
  static GitFailure ofHost(String line, Throwable cause) {
    return new GitFailure(line, false, cause, null, null);
  }

  static GitFailure ofHost(String line) {
    return new GitFailure(line, false, new Throwable(line), null, null);
  }

  /** What the commit holds is at fault: only another commit helps. */
  static GitFailure ofCommit(String line) {
    return new GitFailure(line, true, new Throwable(line), null, null);
  }

  /** The commit {@code sha} cannot even be fetched, and another try would end the same way. */
  static GitFailure ofFetch(String line, String sha, Throwable cause) {
    return new GitFailure(line, true, cause, null, sha);
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

  /** How long the server asks to be left alone, 0 to 15 min; null: it does not. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
