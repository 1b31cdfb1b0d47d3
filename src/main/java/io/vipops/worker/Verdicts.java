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
import java.util.Locale;
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
  private final Backoff backoff = new Backoff();

  /**
   * @param context what a verdict holds for; see {@link #context}
   */
  Verdicts(String context, InForce inForce, History history, Report report) {
    this.context = context;
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
  @Nullable Outcome before(Commit commit, boolean forced) {
    History.Denial denial = history.denial(commit.sha(), context);
    if (denial != null) {
      return new Outcome(Kind.REFUSED, commit.sha(), null, denial.line(), denial.problems());
    }
    History.Entry last = history.last();
    if (last == null || !last.commit().equals(commit.sha()) || !last.context().equals(context)) {
      return null;
    }
    Kind kind = Kind.valueOf(last.outcome().toUpperCase(Locale.ROOT));
    boolean stands =
        switch (kind) {
          // Where nginx or VRRP do not follow it yet, that is resume's work: an apply would start
          // an nginx that the operator stopped.
          case APPLIED, UNCHANGED -> last.generation() != null && inForce.holds(last.generation());
          case HELD -> true;
          case NOT_ADOPTED -> !inForce.isAdopted();
          case FAILED -> !forced && !backoff.isOver();
          case REFUSED, PAUSED, SUPERSEDED -> false;
        };
    if (!stands) {
      return null;
    }
    return kind == Kind.APPLIED
        ? Outcome.of(Kind.UNCHANGED, commit, last.generation(), "nothing new on the branch")
        : new Outcome(kind, commit.sha(), last.generation(), last.line(), null);
  }

  /** Puts a commit on the deny-list. */
  Outcome refuse(Commit commit, String line, @Nullable String problems) throws IOException {
    Outcome outcome = Outcome.of(Kind.REFUSED, commit, null, line);
    history.deny(commit.sha(), new History.Denial(context, outcome.line(), problems));
    return new Outcome(Kind.REFUSED, commit.sha(), null, outcome.line(), problems);
  }

  /** The end of a pass: into history, log and status. */
  void record(Commit commit, Outcome outcome, Map<String, Long> stepMs) throws IOException {
    if (outcome.kind() == Kind.FAILED) {
      backoff.failed();
    } else {
      backoff.reset();
    }
    History.Entry entry =
        new History.Entry(
            context,
            commit.sha(),
            commit.author(),
            commit.subject(),
            outcome.kind().word(),
            outcome.generation(),
            Times.shown(Instant.now()),
            outcome.line(),
            stepMs);
    if (outcome.ok() || outcome.kind() == Kind.SUPERSEDED) {
      LOG.info("{}", outcome.line());
    } else {
      LOG.warn("{}", outcome.line());
    }
    try {
      history.add(entry, outcome.ok());
    } finally {
      report.ended(outcome); // also where the disk does not take it
    }
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
    backoff.reset();
    return "refused and failed commits are tried again";
  }

  /** When a failed commit is to be tried again. */
  Backoff backoff() {
    return backoff;
  }
}
