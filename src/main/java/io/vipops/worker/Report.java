package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Settling;
import io.vipops.git.Commit;
import io.vipops.spec.AgentConfig;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The worker's parts of {@code status.json}, sent whenever they change. */
final class Report {
  private static final Set<Outcome.Kind> REFUSALS =
      Set.of(Outcome.Kind.REFUSED, Outcome.Kind.FAILED, Outcome.Kind.NOT_ADOPTED);

  private final AgentConfig.Source source;
  private final String shownUrl;
  private final InForce inForce;
  private final History history;
  private final Consumer<Map<String, @Nullable Object>> receiver;
  private final Conditions conditions = new Conditions();
  private @Nullable Commit head;
  private @Nullable Instant fetched;
  private @Nullable String error;
  private Map<String, @Nullable Object> sent = Map.of();
  private @Nullable WebSide web;
  private @Nullable ApplyFailure unresumed;

  Report(
      AgentConfig.Source source,
      String shownUrl,
      InForce inForce,
      History history,
      Consumer<Map<String, @Nullable Object>> receiver) {
    this.source = source;
    this.shownUrl = shownUrl;
    this.inForce = inForce;
    this.history = history;
    this.receiver = receiver;
    set(Conditions.READY, false, "Starting", "");
    set(Conditions.STALLED, false, "", "");
    set(Conditions.FETCH_FAILED, false, "", "");
    set(Conditions.DRIFTED, false, "", "");
  }

  /** Has the web side told, too, and shows how it is. */
  void join(WebSide side) {
    web = side;
  }

  void fetched(Commit commit) {
    head = commit;
    fetched = Instant.now();
    error = null;
    set(Conditions.FETCH_FAILED, false, "", "");
  }

  /** Returns whether this is news. */
  boolean fetchFailed(String line) {
    boolean news = !line.equals(error);
    error = line;
    set(Conditions.FETCH_FAILED, true, "FetchFailed", line);
    send();
    return news;
  }

  /** The newest commit that was seen since the start; null: none. */
  @Nullable String head() {
    return head == null ? null : head.sha();
  }

  /** How it stands with the signatures of commits. */
  void verified(boolean status, String reason, String message) {
    set(Conditions.SOURCE_VERIFIED, status, reason, message);
  }

  void reconciling(Commit commit) {
    set(Conditions.READY, false, "Reconciling", "commit " + commit.shortSha());
    send();
    if (web != null) {
      web.reconciling(commit);
    }
  }

  /** Both halves follow {@code current}, or why they do not. */
  void resumed(@Nullable ApplyFailure failure) {
    unresumed = failure;
    showResumed();
    send();
  }

  /** The head was judged before, and that stands. */
  void stands(Outcome judged) {
    if (judged.ok() && inForce.isConverged() && inForce.isSettled()) {
      showResumed();
    }
    send();
  }

  private void showResumed() {
    ApplyFailure failure = inForce.isConverged() ? null : unresumed;
    if (failure != null) {
      boolean foreign = failure.fault() == Fault.NOT_ADOPTED;
      String reason = foreign ? Outcome.Kind.NOT_ADOPTED.reason() : "ResumeFailed";
      set(Conditions.READY, false, foreign ? reason : "Failed", failure.line());
      set(Conditions.STALLED, true, reason, failure.line());
    } else {
      set(Conditions.STALLED, false, "", "");
      History.Entry last = history.last();
      boolean ready = inForce.id() != null && (last == null || inForceAsWanted(last));
      set(Conditions.READY, ready, ready ? "Applied" : "Resumed", last == null ? "" : last.line());
      readyUnlessPinned();
    }
  }

  private void readyUnlessPinned() {
    Pin pin = history.pin();
    if (pin != null) {
      set(Conditions.READY, false, "RolledBack", pin.line());
    }
  }

  /** Somebody's rollback ended; one that failed leaves what was in force, and what was said. */
  void rolledBack(Outcome outcome) {
    if (outcome.kind() != Outcome.Kind.FAILED) {
      set(Conditions.STALLED, false, "", "");
    }
    readyUnlessPinned();
    send();
  }

  /** The branch is followed again: what was last said of its head stands until the next look. */
  void unpinned() {
    History.Entry last = history.last();
    String refusal = refusal(last);
    String reason = refusal == null ? "Resumed" : "Failed";
    set(Conditions.READY, false, reason, refusal == null ? "" : refusal);
    send();
  }

  /** A proven generation did not stay well, and its commit is not the one that is judged now. */
  void unsettled(String line) {
    set(Conditions.READY, false, "Failed", line);
    set(Conditions.STALLED, true, "SettleFailed", line);
    send();
  }

  /** The host keeps the worker from its work. */
  void stalled(String reason, String line) {
    set(Conditions.READY, false, "Failed", line);
    set(Conditions.STALLED, true, reason, line);
    send();
  }

  /** The host's hindrance is gone; what the last pass said holds again. */
  void unstalled() {
    History.Entry last = history.last();
    if (last == null) {
      resumed(null);
    } else {
      ended(
          new Outcome(
              Outcome.Kind.of(last.outcome()).orElse(Outcome.Kind.FAILED),
              last.commit(),
              last.generation(),
              last.line(),
              null));
    }
  }

  /**
   * A look at what drifted.
   *
   * @param left what is not repaired
   * @param repaired what was; empty: nothing
   */
  void drifted(List<String> left, String repaired) {
    if (!left.isEmpty()) {
      set(Conditions.DRIFTED, true, "Drifted", String.join("; ", left));
    } else if (!repaired.isEmpty()) {
      set(Conditions.DRIFTED, false, "Repaired", repaired);
    } else {
      conditions.clear(Conditions.DRIFTED, Instant.now());
    }
    send();
  }

  private static boolean inForceAsWanted(History.Entry last) {
    return last.outcome().equals("applied") || last.outcome().equals("unchanged");
  }

  void ended(Outcome outcome) {
    String reason = outcome.kind().reason();
    set(Conditions.READY, outcome.ok(), reason, outcome.ok() ? "" : outcome.line());
    boolean stalled =
        outcome.kind() == Outcome.Kind.FAILED || outcome.kind() == Outcome.Kind.NOT_ADOPTED;
    set(Conditions.STALLED, stalled, stalled ? reason : "", stalled ? outcome.line() : "");
    if (outcome.ok() && unresumed != null) {
      showResumed(); // the commit is taken, and nginx or VRRP may still not follow it
    }
    if (outcome.ok()) {
      readyUnlessPinned();
    }
    send();
  }

  private void setStanding() {
    String since = history.pausedSince();
    conditions.set(
        Conditions.PAUSED,
        since != null,
        since == null ? "" : "Paused",
        since == null ? "" : "paused: commits are not applied until vipops resume",
        since == null ? Instant.now() : Instant.parse(since));
    String lost = history.lost();
    if (lost == null) {
      conditions.clear(Conditions.HISTORY_LOST, Instant.now());
    } else {
      set(Conditions.HISTORY_LOST, true, "Damaged", lost);
    }
    Pin pin = history.pin();
    conditions.set(
        Conditions.ROLLED_BACK,
        pin != null,
        pin == null ? "" : "RolledBack",
        pin == null ? "" : pin.line(),
        pin == null ? Instant.now() : Instant.parse(pin.at()));
  }

  private void set(String type, boolean status, String reason, String message) {
    conditions.set(type, status, reason, message, Instant.now());
  }

  /** Sends the present state, unless it is the one sent last. */
  void send() {
    setStanding();
    Settling settling = inForce.settling();
    Map<String, @Nullable Object> report = new LinkedHashMap<>();
    report.put("cluster", settling == null ? null : settling.cluster());
    report.put("paused", history.isPaused());
    report.put("conditions", conditions.shown());
    report.put("git", git());
    report.put("generation", generation());
    report.put("upstreams", settling == null ? List.of() : settling.upstreams());
    report.put("web", web == null ? null : web.shown());
    if (!report.equals(sent)) {
      sent = report;
      receiver.accept(report);
    }
  }

  private Map<String, @Nullable Object> git() {
    History.Entry last = history.last();
    History.Entry applied = history.applied();
    Map<String, @Nullable Object> git = new LinkedHashMap<>();
    git.put("url", shownUrl);
    git.put("branch", source.branch());
    git.put("head", head == null ? null : head.sha());
    git.put("attempted", last == null ? null : last.commit());
    git.put("applied", applied == null ? null : applied.commit());
    git.put("author", last == null ? null : last.author());
    git.put("subject", last == null ? null : last.subject());
    git.put("fetched", fetched == null ? null : Times.shown(fetched));
    Pin pin = history.pin();
    git.put("pin", pin == null ? null : pin.json());
    git.put("error", error != null ? error : refusal(last));
    return git;
  }

  private static @Nullable String refusal(History.@Nullable Entry last) {
    if (last == null) {
      return null;
    }
    return Outcome.Kind.of(last.outcome()).filter(REFUSALS::contains).isPresent()
        ? last.line()
        : null;
  }

  private @Nullable Map<String, @Nullable Object> generation() {
    if (inForce.id() == null) {
      return null;
    }
    Map<String, @Nullable Object> generation = new LinkedHashMap<>();
    generation.put("id", inForce.id());
    generation.put("commit", inForce.commit());
    generation.put("phase", inForce.phase());
    generation.put("since", Times.shown(inForce.since()));
    generation.put("reloads", inForce.reloads());
    return generation;
  }
}
