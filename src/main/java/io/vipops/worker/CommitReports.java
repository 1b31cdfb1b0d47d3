package io.vipops.worker;

import io.vipops.git.Commit;
import io.vipops.spec.AgentConfig;
import io.vipops.web.CommitState;
import io.vipops.web.CommitStatusApi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the Git server is told of each commit, under the name {@code vipops/NODE}: queued here, sent
 * by a thread of its own. Does nothing where agent.yaml has no {@code report}.
 */
final class CommitReports {
  /** GitHub's limit. */
  static final int LONGEST = 140;

  /** GitHub takes 1,000 states for a commit; all nodes and retries share them. */
  private static final int MOST_CHANGES = 50;

  private static final Duration CALL_LIMIT = Duration.ofSeconds(20);
  private static final String SUPERSEDED = "superseded by a newer commit";

  private final @Nullable ReportQueue queue;
  private final @Nullable ReportSender sender;

  private CommitReports(@Nullable ReportQueue queue, @Nullable ReportSender sender) {
    this.queue = queue;
    this.sender = sender;
  }

  /** For a node whose commits nobody wants to hear of. */
  static CommitReports none() {
    return new CommitReports(null, null);
  }

  /** Goes on with what an earlier worker left in {@code stateDir}. */
  static CommitReports open(AgentConfig config, String version) {
    AgentConfig.Report report = config.report();
    if (report == null) {
      return none();
    }
    CommitStatusApi api =
        new CommitStatusApi(report, config.source(), "vipops/" + version, CALL_LIMIT);
    return open(config.stateDir(), config.node(), api);
  }

  private static CommitReports open(Path stateDir, String node, CommitStatusApi api) {
    ReportQueue queue = ReportQueue.open(stateDir);
    ReportSender sender = new ReportSender(queue, api, "vipops/" + node);
    sender.start();
    return new CommitReports(queue, sender);
  }

  /** A pass on the commit begins. One that failed before stays so until it is known better. */
  void reconciling(Commit commit) {
    if (queue == null) {
      return;
    }
    ReportQueue.Entry before = queue.get(commit.sha());
    if (before == null || before.state() == CommitState.FAILURE) {
      put(commit.sha(), CommitState.PENDING, "taking it into force");
    }
  }

  /**
   * A look at the branch ended; also one that found nothing new: a worker that was killed in
   * between could not say how it went.
   *
   * @param subject of the commit, if known
   */
  void ended(Outcome outcome, @Nullable String subject) {
    String commit = outcome.commit();
    if (queue == null || commit == null) {
      return;
    }
    String detail = detail(outcome, subject);
    switch (outcome.kind()) {
      case APPLIED, UNCHANGED, ROLLED_BACK -> put(commit, CommitState.SUCCESS, detail);
      case REFUSED -> put(commit, CommitState.FAILURE, detail);
      case FAILED, NOT_ADOPTED, PINNED -> put(commit, CommitState.ERROR, detail);
      case SUPERSEDED -> put(commit, CommitState.ERROR, SUPERSEDED);
      case HELD, PAUSED -> put(commit, CommitState.PENDING, detail);
    }
  }

  /** A generation has settled that its own pass left for a newer commit. */
  void settled(@Nullable String commit, @Nullable String generation) {
    ReportQueue.Entry before = queue == null || commit == null ? null : queue.get(commit);
    if (before != null && before.description().equals(SUPERSEDED)) {
      put(before.commit(), CommitState.SUCCESS, "applied " + generation);
    }
  }

  private void put(String commit, CommitState state, String description) {
    ReportQueue to = Objects.requireNonNull(queue);
    String text = shortened(description);
    ReportQueue.Entry before = to.get(commit);
    boolean news =
        before == null
            || before.state() != state
            || (state != CommitState.SUCCESS && !before.description().equals(text));
    if (news && (before == null || before.changes() < MOST_CHANGES)) {
      to.put(commit, state, text);
    }
  }

  /** What is new in an outcome's line for somebody who looks at the commit already. */
  private static String detail(Outcome outcome, @Nullable String subject) {
    String problems = outcome.problems();
    if (problems != null && !problems.isBlank()) {
      return problems.strip();
    }
    String line = outcome.line();
    int head = line.indexOf(" (commit ");
    for (String end : new String[] {subject + "): ", subject + ") "}) {
      int at = head < 0 || subject == null ? -1 : line.indexOf(end, head);
      if (at >= 0) {
        String detail = line.substring(at + end.length());
        return outcome.ok() ? line.substring(0, head) + ", " + detail : detail;
      }
    }
    return line;
  }

  /** The first line, without control characters, of at most {@link #LONGEST} characters. */
  static String shortened(String text) {
    String first = text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}+", " ").strip();
    if (first.length() <= LONGEST) {
      return first;
    }
    int end = LONGEST - 1;
    return first.substring(0, Character.isHighSurrogate(first.charAt(end - 1)) ? end - 1 : end)
        + "…";
  }

  /** How many states the server does not have yet. */
  int waiting() {
    return queue == null ? 0 : queue.waiting().size();
  }

  /** Calls by result. */
  Map<String, Long> calls() {
    return sender == null ? Map.of() : sender.calls();
  }

  /** Why nothing is taken; null: all is well. */
  @Nullable String error() {
    return sender == null ? null : sender.error();
  }
}
