package io.vipops.git;

import java.io.IOException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.FilterSpec;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Fetches without large files, if the server can leave them out; else up to a limit. Somebody who
 * pushes 200 MB must not fill the disk of a load balancer.
 */
final class Download {
  /** No spec has a file that large. */
  private static final String WITHOUT_LARGE = "blob:limit=" + (CommitFiles.MAX_BYTES + 1);

  private final Remote remote;

  /** Whether the server can filter; it is asked until it says no. */
  private boolean serverFilters = true;

  Download(Remote remote) {
    this.remote = remote;
  }

  /** Whether files may be missing in {@code mirror} that its commits have. */
  static boolean isFiltered(Repository mirror) {
    return mirror.getConfig().getBoolean("vipops", "filtered", false);
  }

  /**
   * Fetches {@code branch}, which ought to be at {@code head}.
   *
   * @throws GitFailure of the fetch, if it brings more than we can bear
   */
  void fetch(Repository mirror, RefSpec branch, String head) throws GitFailure, IOException {
    if (serverFilters) {
      // First, so that a copy is never taken for whole that is not.
      boolean was = isFiltered(mirror);
      markFiltered(mirror, true);
      try {
        fetchOnce(mirror, branch, true);
        return;
      } catch (GitFailure e) {
        if (!cannotFilter(e)) {
          throw tooMuch(e, head);
        }
        serverFilters = false;
        markFiltered(mirror, was);
      }
    }
    try {
      fetchOnce(mirror, branch, false);
    } catch (GitFailure e) {
      throw tooMuch(e, head);
    }
  }

  private static void markFiltered(Repository mirror, boolean filtered) throws IOException {
    if (isFiltered(mirror) != filtered) {
      mirror.getConfig().setBoolean("vipops", null, "filtered", filtered);
      mirror.getConfig().save();
    }
  }

  private void fetchOnce(Repository mirror, RefSpec branch, boolean filtered) throws GitFailure {
    remote.visit(
        mirror,
        "fetch",
        transport -> {
          if (filtered) {
            filter(transport);
          }
          return transport.fetch(NullProgressMonitor.INSTANCE, java.util.List.of(branch));
        });
  }

  private static void filter(Transport transport) throws IOException {
    transport.setFilterSpec(FilterSpec.fromFilterLine(WITHOUT_LARGE));
    transport.setFetchThin(false); // a file that was left out cannot be the base of a delta
  }

  /**
   * Whether the server said that it has no filter: nothing is wrong with the way to it. JGit has
   * only its words for that.
   */
  static boolean cannotFilter(Throwable e) {
    PackProtocolException refusal = FailureText.cause(e, PackProtocolException.class);
    return refusal != null && String.valueOf(refusal.getMessage()).contains("filter requires");
  }

  private GitFailure tooMuch(GitFailure e, String head) {
    String what = whatIsTooMuch(e);
    if (what == null) {
      return e;
    }
    String mend =
        serverFilters
            ? "take it out of the history"
            : "this server cannot leave large files out: git config uploadpack.allowFilter true"
                + " there, then vipops retry; or take it out of the history";
    serverFilters = true; // that may be mended by the next try
    String line =
        "fetch " + remote.shownUrl() + ": commit " + head.substring(0, 7) + " brings " + what;
    return GitFailure.ofFetch(line + ": " + mend, head, e);
  }

  private static @Nullable String whatIsTooMuch(GitFailure e) {
    if (FailureText.cause(e, TooLargeObjectInPackException.class) != null) {
      return "an object of more than " + (Intake.MAX_OBJECT_BYTES >> 20) + " MiB";
    }
    return FailureText.cause(e, Intake.TooMuchException.class) == null
        ? null
        : "more than " + (Intake.MAX_FETCH_BYTES >> 20) + " MiB";
  }
}
