package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.lab.Await;
import io.vipops.lab.Command;
import io.vipops.signing.SignedCommits;
import io.vipops.spec.AgentConfig;
import io.vipops.worker.Outcome.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node is mostly on hold: what is admitted ends as HELD, and no nginx is needed. */
class AdmissionTest {
  @TempDir private static Path keys;
  private static Path ada;
  private static Path eve;

  @TempDir private Path dir;
  private Path allowed;
  private Path revoked;
  private NodeUnderTest node;
  private int edits;

  @BeforeAll
  static void makeKeys() throws Exception {
    ada = SignedCommits.key(keys, "ada", "ed25519");
    eve = SignedCommits.key(keys, "eve", "ed25519");
  }

  @BeforeEach
  void create() throws Exception {
    allowed = Files.writeString(dir.resolve("allowed_signers"), line("ada@example.com", "", ada));
    revoked = Files.writeString(dir.resolve("revoked_keys"), "");
    node = new NodeUnderTest(dir, new AgentConfig.Verify(allowed, revoked));
  }

  @AfterEach
  void end() throws Exception {
    node.close();
  }

  private static String line(String who, String options, Path key) throws Exception {
    return who + " " + options + " " + SignedCommits.publicKey(key) + "\n";
  }

  /** Commits a valid spec, signed unless {@code key} is null; does not push. */
  private String commit(Path key) throws Exception {
    String spec =
        node.spec(8080, "10.0.0.101:80")
            .replace("lb01: {address: 10.0.0.51,", "lb01: {hold: true, address: 10.0.0.51,");
    return commit(key, spec + "# " + edits++ + "\n");
  }

  private String commit(Path key, String spec) throws Exception {
    Files.writeString(node.origin.work().resolve("cluster.yaml"), spec);
    node.origin.git("add", "-A");
    if (key == null) {
      node.origin.git("commit", "-q", "-m", "unsigned");
    } else {
      sign(key, "commit", "-q", "-S", "-m", "signed");
    }
    return node.origin.head();
  }

  private void sign(Path key, String... arguments) throws Exception {
    String[] all = new String[arguments.length + 4];
    String[] how = {"-c", "gpg.format=ssh", "-c", "user.signingkey=" + key};
    System.arraycopy(how, 0, all, 0, 4);
    System.arraycopy(arguments, 0, all, 4, arguments.length);
    node.origin.git(all);
  }

  private void push() throws Exception {
    node.origin.git("push", "-q", "-f", "origin", "HEAD:main");
  }

  private Outcome taken(Kind expected) throws Exception {
    push();
    Outcome outcome = node.pass();
    assertThat(outcome.kind()).as(outcome.line()).isEqualTo(expected);
    assertThat(outcome.line()).doesNotContain("\n");
    return outcome;
  }

  private String accepted() {
    return node.history.accepted(node.mirror.shownUrl() + " main");
  }

  /** Status, reason and message of SourceVerified, as the status shows them. */
  private String condition() {
    Map<String, ?> report = node.reports.get(node.reports.size() - 1);
    for (Object one : (List<?>) report.get("conditions")) {
      Map<?, ?> condition = (Map<?, ?>) one;
      if ("SourceVerified".equals(condition.get("type"))) {
        return condition.get("status")
            + " "
            + condition.get("reason")
            + " "
            + condition.get("message");
      }
    }
    return "none";
  }

  @Test
  void theFirstCommitAnswersForItselfOnlyAndTheStatusNamesItsSigner() throws Exception {
    commit(null);
    String head = commit(ada);
    taken(Kind.HELD);
    assertThat(accepted()).isEqualTo(head);
    assertThat(condition())
        .startsWith(
            "true Verified commit "
                + head.substring(0, 7)
                + " is signed by ada@example.com (SHA256:");
  }

  @Test
  void anUnsignedFirstCommitIsRefused() throws Exception {
    String head = commit(null);
    Outcome outcome = taken(Kind.REFUSED);
    assertThat(outcome.line())
        .contains("commit " + head.substring(0, 7) + " by Ada <ada@example.com> is unsigned");
    assertThat(accepted()).isNull();
    assertThat(condition()).startsWith("false Refused commit " + head.substring(0, 7));
  }

  @Test
  void everyCommitSinceTheLastAcceptedHasToBeSignedNotOnlyTheHead() throws Exception {
    String first = commit(ada);
    taken(Kind.HELD);
    String unsigned = commit(null);
    commit(ada);
    assertThat(taken(Kind.REFUSED).line())
        .contains("commit " + unsigned.substring(0, 7) + " by Ada")
        .contains("is unsigned");
    assertThat(accepted()).as("the anchor stays").isEqualTo(first);
    String later = commit(ada);
    assertThat(taken(Kind.REFUSED).line()).contains(unsigned.substring(0, 7));
    node.origin.git("reset", "-q", "--hard", first);
    String clean = commit(ada);
    assertThat(clean).isNotEqualTo(later);
    taken(Kind.HELD);
    assertThat(accepted()).isEqualTo(clean);
  }

  @Test
  void whatAMergeBringsHasToBeSignedToo() throws Exception {
    commit(ada);
    taken(Kind.HELD);
    node.origin.git("checkout", "-q", "-b", "side");
    Files.writeString(node.origin.work().resolve("other"), "x");
    node.origin.git("add", "-A");
    sign(eve, "commit", "-q", "-S", "-m", "by eve");
    String side = node.origin.head();
    node.origin.git("checkout", "-q", "main");
    commit(ada);
    sign(ada, "merge", "-q", "--no-ff", "-S", "-m", "merge", "side");
    assertThat(taken(Kind.REFUSED).line())
        .contains("commit " + side.substring(0, 7))
        .contains("is signed by the unknown key SHA256:");
    Files.writeString(allowed, line("ada@example.com", "", ada) + line("eve@example.com", "", eve));
    taken(Kind.HELD); // by itself: the file says something else now
    assertThat(condition()).contains("true Verified");
  }

  @Test
  void theAnchorMovesOnlyToAValidSpecAndReceiptIsWhenASignatureWasFirstSeen() throws Exception {
    String first = commit(ada);
    taken(Kind.HELD);
    commit(ada, "no: spec\n");
    taken(Kind.REFUSED);
    assertThat(accepted()).isEqualTo(first);
    assertThat(condition()).as("well signed, badly written").startsWith("true Verified");
    Instant left = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    String until = left.toString().replaceAll("[-:T]", "");
    String expired = line("ada@example.com", "valid-before=\"" + until + "\"", ada);
    Files.writeString(allowed, expired + line("eve@example.com", "", eve));
    Await.until("expired", Duration.ofSeconds(5), () -> Instant.now().isAfter(left));
    String fixed = commit(eve);
    taken(Kind.HELD); // ada's was valid when it came
    assertThat(accepted()).isEqualTo(fixed);
    commit(ada);
    assertThat(taken(Kind.REFUSED).line())
        .contains("is signed by ada@example.com with key SHA256:")
        .contains("which expired at " + left + " (" + allowed + ":1)");
  }

  @Test
  void aKeyThatIsRevokedAfterTheReceiptTakesNothingIntoForceAnyMore() throws Exception {
    Files.createDirectories(node.config.nginx().config().getParent());
    Files.writeString(node.config.nginx().config(), "events {}\n");
    String spec = node.spec(node.port, "10.0.0.101:80"); // not on hold: waits for vipops adopt
    String head = commit(ada, spec);
    taken(Kind.NOT_ADOPTED);
    assertThat(accepted()).as("found valid, and not in force").isEqualTo(head);
    Files.writeString(revoked, SignedCommits.publicKey(ada) + "\n");
    node.context = "another";
    node.restart(); // tried again
    assertThat(taken(Kind.REFUSED).line())
        .contains("commit " + head.substring(0, 7) + " by Ada")
        .contains("which is revoked in " + revoked);
    assertThat(condition()).startsWith("false Refused commit " + head.substring(0, 7));
    Files.writeString(revoked, "");
    taken(Kind.NOT_ADOPTED);
    Files.writeString(allowed, line("eve@example.com", "", eve));
    node.context = "a third";
    node.restart();
    assertThat(taken(Kind.REFUSED).line()).contains("is signed by the unknown key SHA256:");
  }

  @Test
  void whatWasWellSignedAndNeverAcceptedIsJudgedAgainByOtherListsWithWhatFollows()
      throws Exception {
    commit(ada);
    taken(Kind.HELD);
    String broken = commit(ada, "no: spec\n");
    taken(Kind.REFUSED);
    Files.writeString(revoked, SignedCommits.publicKey(ada) + "\n");
    Files.writeString(allowed, line("ada@example.com", "", ada) + line("eve@e.e", "", eve));
    commit(eve);
    assertThat(taken(Kind.REFUSED).line())
        .contains("commit " + broken.substring(0, 7) + " by Ada")
        .contains("which is revoked in " + revoked);
    assertThat(condition()).startsWith("false Refused commit " + broken.substring(0, 7));
  }

  @Test
  void whatIsInForceIsNotJudgedAgain() throws Exception {
    commit(ada, node.spec(node.port, "10.0.0.101:80"));
    taken(Kind.APPLIED);
    Files.writeString(allowed, line("eve@example.com", "", eve));
    node.context = "another";
    node.restart();
    taken(Kind.APPLIED); // anew: a worker that was restarted proves it again
  }

  @Test
  void whatIsKnownOfOneBranchSaysNothingOfAnother() throws Exception {
    String base = commit(ada);
    taken(Kind.HELD);
    commit(ada);
    taken(Kind.HELD);
    node.origin.git("push", "-q", "origin", base + ":refs/heads/side");
    node.follow("side");
    assertThat(node.pass().kind()).as("behind what was verified on main").isEqualTo(Kind.HELD);
    assertThat(condition()).startsWith("true Verified commit " + base.substring(0, 7));
  }

  private String commitDated(Path key, String date) throws Exception {
    String sha = commit(key);
    String how = "export GIT_COMMITTER_DATE=" + date + "; git -C " + node.origin.work();
    String amend = " -c gpg.format=ssh -c user.signingkey=" + key + " commit -q --amend -S -m x";
    Command.run("sh", "-c", how + amend);
    assertThat(node.origin.head()).isNotEqualTo(sha);
    return node.origin.head();
  }

  @Test
  void aKeyThatIsNotValidYetIsTheCommitsFaultByAClockThatCanBeRight() throws Exception {
    Files.writeString(allowed, line("ada@example.com", "valid-after=\"20980101Z\"", ada));
    String head = commit(ada);
    assertThat(taken(Kind.REFUSED).line())
        .contains("commit " + head.substring(0, 7) + " by Ada")
        .contains("which is not valid before 2098-01-01T00:00:00Z (" + allowed + ":1)")
        .contains("; this host's clock says 20");
    commitDated(ada, "2019-06-01T00:00:00Z");
    taken(Kind.REFUSED);
    Files.writeString(allowed, line("ada@example.com", "valid-before=\"20200101Z\"", ada));
    commitDated(ada, "2098-06-01T00:00:00Z");
    assertThat(taken(Kind.REFUSED).line()).as("as time goes by, that stays").contains("expired at");
  }

  @Test
  void aClockThatCannotBeRightIsTheHostsFaultAndTheCommitIsTriedAgain() throws Exception {
    Files.writeString(allowed, line("ada@example.com", "valid-after=\"20980101Z\"", ada));
    String head = commitDated(ada, "2098-06-01T00:00:00Z");
    assertThat(taken(Kind.FAILED).line())
        .contains("commit " + head.substring(0, 7) + " by Ada")
        .contains("; this host's clock says 20")
        .contains(", but the commit is dated 2098-06-01T00:00:00Z: set this host's clock");
    Command.run("touch", "-d", "2098-05-01T00:00:00Z", allowed.toString());
    commit(ada);
    assertThat(taken(Kind.FAILED).line())
        .contains(", but the list of signers was written at 2098-05-01T00:00:00Z: set this host");
    Command.run("touch", allowed.toString());
    History.Entry last = node.history.last();
    node.history.add(at("2098-04-01T00:00:00Z", last), false);
    commit(ada);
    assertThat(taken(Kind.FAILED).line())
        .contains(", but vipops history has a pass of 2098-04-01T00:00:00Z: set this host's clock");
    assertThat(accepted()).isNull();
    // As the clock says the right time, by it the key is valid.
    Files.writeString(allowed, line("ada@example.com", "valid-after=\"20200101Z\"", ada));
    taken(Kind.HELD);
  }

  private static History.Entry at(String time, History.Entry entry) {
    return new History.Entry(
        entry.context(),
        entry.commit(),
        entry.author(),
        entry.subject(),
        entry.outcome(),
        entry.generation(),
        time,
        entry.line(),
        entry.stepMs(),
        entry.rollback(),
        entry.moved());
  }

  @Test
  void aRevokedKeySignsNothingMore() throws Exception {
    commit(ada);
    taken(Kind.HELD);
    Files.writeString(revoked, SignedCommits.publicKey(ada) + " lost laptop\n");
    commit(ada);
    assertThat(taken(Kind.REFUSED).line()).contains("which is revoked in " + revoked);
    Files.delete(revoked);
    commit(ada);
    assertThat(taken(Kind.FAILED).line()).contains(revoked + ": no such file");
  }

  @Test
  void withoutAReadableListNothingIsAcceptedUntilItIsMended() throws Exception {
    String first = commit(ada);
    taken(Kind.HELD);
    Files.writeString(allowed, "# team\nada@example.com ssh-ed25519 AAAA!\n");
    commit(ada);
    assertThat(taken(Kind.FAILED).line())
        .contains("no commit is accepted: " + allowed + ":2: the key is damaged");
    assertThat(condition()).startsWith("false SignersUnusable " + allowed + ":2: ");
    assertThat(accepted()).isEqualTo(first);
    Files.delete(allowed);
    taken(Kind.FAILED);
    assertThat(condition()).contains(allowed + ": no such file");
    Files.writeString(allowed, line("ada@example.com", "", ada));
    Command.run("chmod", "o+w", allowed.toString());
    assertThat(taken(Kind.FAILED).line())
        .contains("can be written by others (rw-r--rw-): chmod o-w");
    Command.run("chmod", "o-w", allowed.toString());
    taken(Kind.HELD);
    assertThat(condition()).startsWith("true Verified");
  }

  @Test
  void aBrokenListShowsWhileNothingIsPushedAndGoesWhenMended() throws Exception {
    commit(ada);
    taken(Kind.HELD);
    Files.writeString(allowed, "ada@example.com cert-authority " + SignedCommits.publicKey(ada));
    assertThat(node.pass().kind()).as("what is in force is not touched").isEqualTo(Kind.HELD);
    assertThat(condition())
        .startsWith("false SignersUnusable " + allowed + ":1: cert-authority is not supported");
    Files.writeString(allowed, line("ada@example.com", "", ada));
    node.pass();
    assertThat(condition()).startsWith("true Verified");
  }

  @Test
  void aRewriteIsRefusedThenAcceptedOnceByItsSha() throws Exception {
    String base = commit(ada);
    taken(Kind.HELD);
    String old = commit(ada);
    taken(Kind.HELD);
    node.origin.git("reset", "-q", "--hard", base);
    String rewritten = commit(ada);
    assertThat(taken(Kind.REFUSED).line())
        .contains("was rewritten: " + rewritten.substring(0, 7))
        .contains("vipops accept-rewrite " + rewritten.substring(0, 7));
    assertThatThrownBy(() -> node.reconciler.acceptRewrite(old))
        .hasMessageContaining("points at " + rewritten.substring(0, 12) + ", not at " + old);
    assertThatThrownBy(() -> node.reconciler.acceptRewrite("main"))
        .hasMessageContaining("main is no SHA: give 7 to 40 hex digits");
    assertThat(node.pass().kind()).isEqualTo(Kind.REFUSED);
    node.reconciler.acceptRewrite(rewritten.substring(0, 8));
    node.restart();
    taken(Kind.HELD);
    assertThat(accepted()).isEqualTo(rewritten);
    assertThatThrownBy(() -> node.reconciler.acceptRewrite(rewritten))
        .hasMessageContaining("which is no rewrite");
    commit(ada);
    taken(Kind.HELD);
    node.origin.git("reset", "-q", "--hard", rewritten);
    commit(ada); // on top of what was let in, but beside what was accepted since
    assertThat(taken(Kind.REFUSED).line()).as("once").contains("was rewritten");
  }

  @Test
  void anAcceptedRewriteHasToBeSignedSinceTheCommonAncestor() throws Exception {
    String base = commit(ada);
    taken(Kind.HELD);
    commit(ada);
    taken(Kind.HELD);
    node.origin.git("reset", "-q", "--hard", base);
    String unsigned = commit(null);
    String head = commit(ada);
    taken(Kind.REFUSED);
    node.reconciler.acceptRewrite(head);
    assertThat(taken(Kind.REFUSED).line())
        .contains("commit " + unsigned.substring(0, 7) + " by Ada")
        .contains("is unsigned");
    node.origin.git("reset", "-q", "--hard", base);
    String signed = commit(ada);
    taken(Kind.REFUSED); // another commit than the accepted one
    node.reconciler.acceptRewrite(signed);
    String above = commit(ada);
    taken(Kind.HELD); // what is pushed on top of the accepted one comes with it
    assertThat(accepted()).isEqualTo(above);
  }

  @Test
  void theWayBackToAnOlderCommitIsANewCommit() throws Exception {
    String base = commit(ada);
    taken(Kind.HELD);
    commit(ada);
    taken(Kind.HELD);
    node.origin.git("reset", "-q", "--hard", base);
    push();
    assertThat(taken(Kind.REFUSED).line()).contains("was rewritten");
    node.reconciler.acceptRewrite(base);
    assertThat(taken(Kind.REFUSED).line())
        .contains("commit " + base.substring(0, 7) + " lies behind one that was accepted");
    String above = commit(ada);
    taken(Kind.HELD);
    assertThat(accepted()).isEqualTo(above);
  }

  @Test
  void aBranchMadeAnewIsARewriteAndAMirrorFetchedAnewIsNot() throws Exception {
    commit(ada);
    taken(Kind.HELD);
    String second = commit(ada);
    taken(Kind.HELD);
    Command.run("rm", "-r", node.config.stateDir().resolve("repo").toString());
    node.restart();
    commit(ada);
    taken(Kind.HELD);
    assertThat(accepted()).isNotEqualTo(second);
    String bare = node.origin.bare().toString();
    Command.run("git", "-C", bare, "update-ref", "-d", "refs/heads/main");
    assertThat(node.pass().line()).contains("no branch main: push it");
    node.origin.git("checkout", "-q", "--orphan", "anew");
    String orphan = commit(ada);
    assertThat(taken(Kind.REFUSED).line()).contains("was rewritten");
    Command.run("rm", "-r", node.config.stateDir().resolve("repo").toString());
    node.restart();
    node.verdicts.retry();
    assertThat(taken(Kind.REFUSED).line())
        .as("the anchor is nowhere to be found")
        .contains("was rewritten: " + orphan.substring(0, 7));
    node.reconciler.acceptRewrite(orphan);
    taken(Kind.HELD);
    assertThat(accepted()).isEqualTo(orphan);
  }
}
