package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.git.Commit;
import io.vipops.git.GitFailure;
import io.vipops.git.Mirror;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which commits this node takes at all: those that descend from the last one it accepted, and, with
 * {@code source.verify}, are signed.
 */
final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
  private static final int SHORTEST = 7;

  private final AgentConfig.Source source;
  private final Mirror mirror;
  private final InForce inForce;
  private final History history;
  private final @Nullable Verification verification;

  Admission(
      AgentConfig.Source source, Mirror mirror, InForce inForce, History history, Report report) {
    this.source = source;
    this.inForce = inForce;
    this.mirror = mirror;
    this.history = history;
    AgentConfig.Verify verify = source.verify();
    this.verification =
        verify == null
            ? null
            : new Verification(verify, anchor(), mirror, inForce, history, report);
  }

  /** Looks at the signers' files as they are now. */
  void refresh() throws IOException {
    String commit = inForce.commit();
    if (history.lost() != null && accepted() == null && commit != null) {
      history.accept(new Commit(commit, "", ""), anchor()); // it is in force, so it was
    }
    if (verification != null) {
      verification.refresh();
      History.Entry last = history.last();
      verification.show(last == null ? null : last.commit(), accepted());
    }
  }

  /**
   * Judges a fetched commit before anything of it is read.
   *
   * @throws Refusal if the branch was rewritten, or a commit is not signed as it has to be
   * @throws ApplyFailure if nobody can say who may sign
   */
  void admit(Commit commit, Pass pass) throws GitFailure, Refusal, ApplyFailure, IOException {
    String accepted = accepted();
    if (accepted != null && !mirror.descends(commit.sha(), accepted) && !isLetIn(commit)) {
      throw new Refusal(
          "branch "
              + source.branch()
              + " was rewritten: "
              + commit.shortSha()
              + " does not descend from the last accepted commit "
              + accepted.substring(0, 7)
              + ": push commits on top of that one, or, if it was meant, vipops accept-rewrite "
              + commit.shortSha(),
          null);
    }
    if (verification != null) {
      pass.begin("verify", Switchover.LONG);
      try {
        verification.of(commit, accepted);
      } finally {
        verification.show(commit.sha(), accepted);
      }
    }
  }

  private boolean isLetIn(Commit commit) throws GitFailure {
    String rewrite = marks().rewrite();
    return rewrite != null && mirror.descends(commit.sha(), rewrite);
  }

  /** The commit is valid: later ones have to descend from it. */
  void accept(Commit commit) throws IOException {
    history.accept(commit, anchor());
    TrustMarks marks = marks().rewrite(null);
    history.setTrust(verification == null ? marks.unverified() : marks);
  }

  /**
   * Lets the rewritten branch in, once.
   *
   * @param given what the branch points at, whole or its first 7 digits or more
   * @return a line that says what was done
   * @throws Refusal if that is not what the branch points at, or it needs no leave
   * @throws GitFailure if the branch cannot be asked or fetched
   */
  String acceptRewrite(String given) throws GitFailure, Refusal, IOException {
    String sha = given.toLowerCase(Locale.ROOT);
    if (!sha.matches("[0-9a-f]{" + SHORTEST + ",40}")) {
      throw new Refusal(
          "accept-rewrite: " + given + " is no SHA: give " + SHORTEST + " to 40 hex digits", null);
    }
    String head = mirror.head();
    String where = "branch " + source.branch() + " points at " + head.substring(0, 12);
    if (!head.startsWith(sha)) {
      throw new Refusal("accept-rewrite: " + where + ", not at " + given, null);
    }
    Commit commit = mirror.fetch(head);
    if (!commit.sha().equals(head)) {
      throw new Refusal("accept-rewrite: " + where + " no more: look again", null);
    }
    String accepted = accepted();
    if (accepted == null || mirror.descends(commit.sha(), accepted)) {
      throw new Refusal("accept-rewrite: " + where + ", which is no rewrite", null);
    }
    history.setTrust(marks().rewrite(commit.sha()));
    history.forgetDenials();
    String line =
        "commit "
            + commit.shortSha()
            + " may replace "
            + accepted.substring(0, 7)
            + " though it does not descend from it"
            + (verification == null ? "" : "; it has to be signed all the same");
    LOG.info("accept-rewrite: {}", line);
    return line;
  }

  private @Nullable String accepted() {
    return history.accepted(anchor());
  }

  private TrustMarks marks() {
    return history.trust().of(anchor());
  }

  private String anchor() {
    return mirror.shownUrl() + " " + source.branch();
  }
}
