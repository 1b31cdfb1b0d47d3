package io.vipops.worker;

import io.vipops.git.Commit;
import io.vipops.spec.AgentConfig;
import io.vipops.worker.Outcome.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was judged of commits, and what follows: a refused one is not tried again, a failed one
 * after a while.
 */
final class Verdicts {
  private static final Logger LOG = LoggerFactory.getLogger(Verdicts.class);

  private final String context;
  private final InForce inForce;
  private final History history;
  private final Report report;
  private final Attempts attempts;
  private final Backoff backoff = new Backoff();
  private boolean stalled;

  /**
   * @param context what a verdict holds for; see {@link #context}
   */
  Verdicts(String context, InForce inForce, History history, Attempts attempts, Report report) {
    this.context = context;
    this.attempts = attempts;
    this.inForce = inForce;
    this.history = history;
    this.report = report;
  }

  /**
   * What a commit is judged by besides itself: another version, source, path, node or host judges
   * anew. A digest, for the URL may hold a password.
   */
  static String context(AgentConfig config, String version) {
    AgentConfig.Source source = config.source();
    String judge =
        String.join(
            "\n",
            source.url(),
            source.branch(),
            source.path(),
            config.node(),
            config.nginx().binary().toString(),
            Reconciler.hostOf(config).toString());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(judge.getBytes(StandardCharsets.UTF_8));
      return version + " " + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** What is known of this commit already; null: it is to be tried. */
  @Nullable Outcome before(Commit commit, boolean forced) throws IOException {
    Pin pin = history.pin();
    if (pin != null && pin.head().equals(commit.sha())) {
      return new Outcome(Kind.PINNED, commit.sha(), pin.generation(), pin.line(), null);
    }
    History.Denial denial = history.denial(commit.sha(), context);
    if (denial != null) {
      return new Outcome(Kind.REFUSED, commit.sha(), null, denial.line(), denial.problems());
    }
    if (attempts.ends(commit.sha(), context) >= Attempts.LIMIT) {
      return beforeAnotherEnd(commit);
    }
    History.Entry last = history.last();
    if (last == null || !last.commit().equals(commit.sha()) || !last.context().equals(context)) {
      return null;
    }
    Kind kind = Kind.of(last.outcome()).orElse(null);
    if (kind == null) {
      return null; // a word of another version's
    }
    boolean stands =
        switch (kind) {
          // Where nginx or VRRP do not follow it yet, that is resume's work: an apply would start
          // an nginx that the operator stopped.
          case APPLIED, UNCHANGED -> last.generation() != null && inForce.holds(last.generation());
          case HELD -> true;
          case NOT_ADOPTED -> !inForce.isAdopted();
          case FAILED -> !forced && !backoff.isOver();
          case REFUSED, PAUSED, PINNED, ROLLED_BACK, SUPERSEDED -> false;
        };
    if (!stands) {
      return null;
    }
    return kind == Kind.APPLIED
        ? Outcome.of(Kind.UNCHANGED, commit, last.generation(), "nothing new on the branch")
        : new Outcome(kind, commit.sha(), last.generation(), last.line(), null);
  }

  /** A commit that ended workers waits, the longer the more of them; nobody may force it. */
  private @Nullable Outcome beforeAnotherEnd(Commit commit) throws IOException {
    Outcome outcome = Outcome.of(Kind.FAILED, commit, null, attempts.line());
    if (!stalled) {
      stalled = true;
      for (long i = attempts.ends(commit.sha(), context); i > 0; i--) {
        backoff.failed();
      }
      LOG.warn("{}", outcome.line());
      if (attempts.tell()) {
        history.add(entry(commit, outcome, Map.of(), Moved.NOTHING, false), false);
      }
      report.ended(outcome);
    }
    return backoff.isOver() ? null : outcome;
  }

  /** A pass of this commit begins: from here on, a worker that ends counts against it. */
  void begin(Commit commit) {
    attempts.begin(commit.sha(), context);
  }

  /** {@code steps} that are remembered for the next worker, too. */
  Steps counted(Steps steps) {
    return (name, deadline) -> {
      attempts.step(name);
      steps.begin(name, deadline);
    };
  }

  /** Puts a commit on the deny-list. */
  Outcome refuse(Commit commit, String line, @Nullable String problems) throws IOException {
    Outcome outcome = Outcome.of(Kind.REFUSED, commit, null, line);
    history.deny(commit.sha(), new History.Denial(context, outcome.line(), problems));
    return new Outcome(Kind.REFUSED, commit.sha(), null, outcome.line(), problems);
  }

  /** The end of a pass: into history, log and status. */
  void record(Commit commit, Outcome outcome, Pass pass) throws IOException {
    attempts.end();
    stalled = false;
    if (outcome.kind() == Kind.FAILED) {
      backoff.failed();
    } else {
      backoff.reset();
    }
    if (outcome.ok() || outcome.kind() == Kind.SUPERSEDED) {
      history.setPin(null); // what it held is left behind, or is what Git wants now
    }
    try {
      add(commit, outcome, pass, false);
    } finally {
      report.ended(outcome); // also where the disk does not take it
    }
  }

  /** The end of a rollback that somebody asked for: says nothing about the branch's head. */
  void recordRollback(Commit commit, Outcome outcome, Pass pass) throws IOException {
    add(commit, outcome, pass, true);
    report.rolledBack(outcome);
  }

  private void add(Commit commit, Outcome outcome, Pass pass, boolean rollback) throws IOException {
    history.add(entry(commit, outcome, pass.end(), pass.moved(), rollback), outcome.ok());
    if (outcome.ok() || outcome.kind() == Kind.SUPERSEDED) {
      LOG.info("{}", outcome.line());
    } else {
      LOG.warn("{}", outcome.line());
    }
  }

  private History.Entry entry(
      Commit commit, Outcome outcome, Map<String, Long> stepMs, Moved moved, boolean rollback) {
    return new History.Entry(
        context,
        commit.sha(),
        commit.author(),
        commit.subject(),
        outcome.kind().word(),
        outcome.generation(),
        Times.shown(Instant.now()),
        outcome.line(),
        stepMs,
        rollback,
        moved);
  }

  /** A look has ended: whatever it found, a failed commit's next try is later, or never. */
  void looked(Outcome outcome) {
    if (backoff.isWaiting() && backoff.isOver()) {
      if (outcome.kind() == Kind.FAILED) {
        backoff.failed();
      } else {
        backoff.reset();
      }
    }
  }

  /** Lets the refused and failed be tried again, now. */
  String retry() throws IOException {
    history.forgetDenials();
    attempts.end();
    stalled = false;
    backoff.reset();
    return "refused and failed commits are tried again";
  }

  /** When a failed commit is to be tried again. */
  Backoff backoff() {
    return backoff;
  }
}
