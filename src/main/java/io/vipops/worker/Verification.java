package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.git.Commit;
import io.vipops.git.GitFailure;
import io.vipops.git.Mirror;
import io.vipops.signing.Signers;
import io.vipops.signing.SignersException;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds commits to {@code source.verify}: each one since the last accepted has to be signed by
 * somebody who may. The first commit that a node takes is held to its own signature only: that
 * covers its files and its history's names, and nothing is known that the history could be counted
 * from.
 */
final class Verification {
  private static final Logger LOG = LoggerFactory.getLogger(Verification.class);

  private final AgentConfig.Verify verify;
  private final String source;
  private final Mirror mirror;
  private final InForce inForce;
  private final History history;
  private final Report report;
  private @Nullable TrustFiles files;
  private String unusable = "";

  /**
   * @param source URL and branch
   */
  Verification(
      AgentConfig.Verify verify,
      String source,
      Mirror mirror,
      InForce inForce,
      History history,
      Report report) {
    this.verify = verify;
    this.inForce = inForce;
    this.source = source;
    this.mirror = mirror;
    this.history = history;
    this.report = report;
  }

  private TrustMarks marks() {
    return history.trust().of(source);
  }

  /** Reads the signers' files again: what was refused by others than these is judged anew. */
  void refresh() throws IOException {
    try {
      TrustFiles read = TrustFiles.read(verify);
      files = read;
      if (!unusable.isEmpty()) {
        LOG.info("{} can be used again", verify.allowedSigners());
      }
      unusable = "";
      if (!read.digest().equals(marks().files())) {
        history.setTrust(marks().files(read.digest()));
        history.forgetDenials();
      }
    } catch (SignersException e) {
      files = null;
      if (!unusable.equals(e.line())) {
        LOG.warn("no commit is accepted: {}", e.line());
      }
      unusable = e.line();
    }
  }

  /**
   * Says in the status how it stands with {@code head}.
   *
   * @param accepted the last accepted commit; null: none yet
   */
  void show(@Nullable String head, @Nullable String accepted) {
    TrustMarks marks = marks();
    if (!unusable.isEmpty()) {
      report.verified(false, "SignersUnusable", unusable);
    } else if (marks.refused() != null && marks.refused().equals(head)) {
      report.verified(false, "Refused", String.valueOf(marks.complaint()));
    } else if (marks.verified() != null) {
      TrustMarks.Verified good = marks.verified();
      String line = "commit " + brief(good.commit()) + " is signed by " + good.signer();
      report.verified(true, "Verified", line);
    } else if (accepted != null) {
      String line =
          "commit "
              + brief(accepted)
              + " was accepted before source.verify was set: the next one"
              + " has to be signed";
      report.verified(false, "NotVerified", line);
    } else {
      report.verified(false, "NothingYet", "no commit was accepted yet");
    }
  }

  private static String brief(String sha) {
    return sha.substring(0, Math.min(7, sha.length()));
  }

  /**
   * Judges every commit that {@code commit} brings. What was found good when it came is judged
   * again, as of then, when the signers' files say something else before it is in force: a key that
   * was revoked meanwhile takes nothing into force any more.
   *
   * @param accepted the last accepted commit; null: none yet
   * @throws Refusal with who and which, for the first that is not signed well
   * @throws ApplyFailure if nobody can say who may sign
   */
  void of(Commit commit, @Nullable String accepted)
      throws Refusal, GitFailure, ApplyFailure, IOException {
    TrustFiles by = files;
    if (by == null) {
      throw new ApplyFailure(Fault.HOST, "verify: no commit is accepted: " + unusable);
    }
    TrustMarks.Verified good = marks().verified();
    boolean stands = good != null && good.files().equals(by.digest());
    boolean isAccepted = commit.sha().equals(accepted);
    if (isAccepted || marks().hasVerified(commit.sha())) {
      if (!stands && !isInForce(commit)) {
        Instant received = receipt(commit, good);
        judge(commit, commit, isAccepted ? List.of() : present(accepted), received, by);
      }
      return;
    }
    String known = good == null ? null : good.commit();
    if (good != null && !stands && !good.commit().equals(accepted) && mirror.has(good.commit())) {
      Commit before = mirror.fetch(good.commit());
      if (mirror.descends(commit.sha(), before.sha())) {
        judge(commit, before, present(accepted), good.received(), by);
      }
    }
    if (!judge(commit, commit, present(accepted, known), Instant.now(), by)) {
      String behind = "commit " + commit.shortSha() + " lies behind one that was accepted: ";
      throw new Refusal(behind + "go back with a new commit, such as git revert makes", null);
    }
  }

  private boolean isInForce(Commit commit) {
    return commit.sha().equals(inForce.commit());
  }

  private static Instant receipt(Commit commit, TrustMarks.@Nullable Verified good) {
    return good != null && good.commit().equals(commit.sha()) ? good.received() : Instant.now();
  }

  private List<String> present(@Nullable String... shas) throws GitFailure {
    List<String> present = new ArrayList<>();
    for (String sha : shas) {
      if (sha != null && mirror.has(sha)) {
        present.add(sha);
      }
    }
    return present;
  }

  /**
   * Judges what {@code commit} has and {@code known} have not, and remembers it.
   *
   * @param head what is refused if that is not signed well
   * @return whether there was anything
   */
  private boolean judge(
      Commit head, Commit commit, List<String> known, Instant received, TrustFiles by)
      throws Refusal, GitFailure, ApplyFailure, IOException {
    String[] signer = new String[1];
    Rejected rejected =
        mirror.firstOf(
            commit,
            known,
            (one, raw) -> {
              Signers.Judgement judgement = by.signers().judge(raw, received);
              signer[0] = judgement.signer(); // the last is the commit itself
              return judgement.complaint() == null ? null : new Rejected(one, judgement);
            });
    if (rejected != null) {
      requireClock(rejected);
      history.setTrust(marks().refused(head.sha(), rejected.line()));
      throw new Refusal(rejected.line(), null);
    }
    if (signer[0] == null) {
      return false;
    }
    TrustMarks.Verified good =
        new TrustMarks.Verified(commit.sha(), signer[0], received, by.digest());
    history.setTrust(marks().verified(good));
    return true;
  }

  /** The first commit that is not signed well. */
  private record Rejected(Commit commit, Signers.Judgement judgement) {
    String line() {
      String by = " by " + commit.author().replaceAll("\\p{Cntrl}", "?");
      return "commit " + commit.shortSha() + by + " " + judgement.complaint();
    }
  }

  /** A key that seems to be not valid yet may be so by a clock that is wrong. */
  private void requireClock(Rejected rejected) throws ApplyFailure, IOException {
    if (!rejected.judgement.early()) {
      return;
    }
    Instant written = Files.getLastModifiedTime(verify.allowedSigners()).toInstant();
    String doubt = HostClock.doubt(Instant.now(), rejected.judgement.dated(), written, history);
    if (doubt != null) {
      String line = rejected.line() + ", but " + doubt + ": set this host's clock";
      throw new ApplyFailure(Fault.HOST, "verify: " + line);
    }
  }
}
