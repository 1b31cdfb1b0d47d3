package io.vipops.git;

import java.time.Duration;

/** Failures as a remote makes them, for tests of what follows. */
public final class GitFailures {
  private GitFailures() {}

  public static GitFailure down() {
    return GitFailure.ofHost("ls-remote: cannot connect");
  }

  public static GitFailure busy(Duration retryAfter) {
    return GitFailure.ofBusyHost("ls-remote: busy", new Throwable(), retryAfter);
  }
}
