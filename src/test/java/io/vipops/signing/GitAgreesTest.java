package io.vipops.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commits that the real git and ssh-keygen made, judged by us and by {@code git verify-commit}.
 * Where the two differ, we are the stricter, and the table says so.
 */
class GitAgreesTest {
  private static final String OK = "ok";
  private static final String YEAR = "valid-before=\"20200101Z\"";

  @TempDir private Path dir;
  private SignedCommits commits;
  private final List<String> table = new ArrayList<>();
  private int stricter;

  /** Judges one commit by both; {@code expected} is {@link #OK}, or what we complain of. */
  private void row(String name, String sha, String allowed, String revoked, String expected)
      throws Exception {
    row(name, sha, allowed, revoked, expected, expected.startsWith(OK));
  }

  private void row(
      String name, String sha, String allowed, String revoked, String expected, boolean gitTakes)
      throws Exception {
    Path allowedFile = Files.writeString(dir.resolve("allowed"), allowed + "\n");
    Path revokedFile = Files.writeString(dir.resolve("revoked"), revoked + "\n");
    Signers signers =
        new Signers(
            AllowedSigners.parse(allowed, "allowed", ZoneOffset.UTC),
            RevokedKeys.parse(revoked.getBytes(), "revoked"));
    Signers.Judgement ours = signers.judge(commits.raw(sha), Instant.now());
    boolean git = commits.gitTakes(sha, allowedFile, revokedFile);
    String said = ours.complaint() == null ? OK + ": " + ours.signer() : ours.complaint();
    table.add(String.format("%-34s git %-7s we %s", name, git ? "takes" : "refuses", said));
    assertThat(said).as(name).contains(expected).doesNotContain("\n");
    assertThat(git).as("git on " + name).isEqualTo(gitTakes);
    assertThat(ours.complaint() == null && !git).as(name + ": we take what git refuses").isFalse();
    stricter += git && ours.complaint() != null ? 1 : 0;
  }

  /** The signature of {@code sha} before another header. */
  private String movedBefore(String header, String sha) throws Exception {
    String commit = commits.text(sha);
    int from = commit.indexOf("\ngpgsig ") + 1;
    int to =
        commit.indexOf("-----END SSH SIGNATURE-----\n") + "-----END SSH SIGNATURE-----\n".length();
    String without = commit.substring(0, from) + commit.substring(to);
    int at = without.indexOf(header);
    return commits.store(
        without.substring(0, at) + commit.substring(from, to) + without.substring(at));
  }

  /** As JGit signs: {@code encoding} comes last. */
  private String signedBeforeEncoding(Path key, String bare) throws Exception {
    String commit = commits.text(bare).replaceFirst("\n\n", "\nencoding ISO-8859-1\n\n");
    String stored = commits.store(commit);
    String signed = commits.withSignature(stored, "gpgsig", commits.signature(stored, key, "git"));
    return movedBefore("encoding ", signed);
  }

  @Test
  void weTakeNothingThatGitRefusesAndSayWhy() throws Exception {
    commits = new SignedCommits(dir);
    Path ed = SignedCommits.key(dir, "ed", "ed25519");
    Path other = SignedCommits.key(dir, "other", "ed25519");
    String edKey = SignedCommits.publicKey(ed);
    String ada = "ada@example.com " + edKey;
    String sha = commits.signed(ed, null);
    String bare = commits.unsigned();

    row("ed25519", sha, ada, "", OK + ": ada@example.com (SHA256:");
    for (String[] type :
        List.of(
            new String[] {"ecdsa", "-b", "256"},
            new String[] {"ecdsa", "-b", "384"},
            new String[] {"ecdsa", "-b", "521"},
            new String[] {"rsa", "-b", "2048"},
            new String[] {"rsa", "-b", "3072"})) {
      Path key = SignedCommits.key(dir, type[0] + type[2], type);
      String line = "ada@example.com " + SignedCommits.publicKey(key);
      row(type[0] + " " + type[2], commits.signed(key, null), line, "", OK);
      String changed = commits.text(commits.signed(key, null)).replace("author Ada", "author Eve");
      row(type[0] + " " + type[2] + ", changed", commits.store(changed), line, "", "bad signature");
    }
    for (boolean elliptic : List.of(false, true)) {
      SignedCommits.SoftwareKey key = new SignedCommits.SoftwareKey(elliptic);
      String line = "ada@example.com " + key.publicKey();
      String name = elliptic ? "sk-ecdsa" : "sk-ed25519";
      String touched = key.sign(commits.raw(bare), 1);
      String untouched = key.sign(commits.raw(bare), 0);
      row(name, commits.withSignature(bare, "gpgsig", touched), line, "", OK);
      row(
          name + ", not touched",
          commits.withSignature(bare, "gpgsig", untouched),
          line,
          "",
          "nobody touched",
          true);
    }

    row("unsigned", bare, ada, "", "is unsigned");
    row(
        "message changed",
        commits.store(commits.text(sha).replace("\n\nx", "\n\ny")),
        ada,
        "",
        "has a bad signature of ada@example.com with key SHA256:");
    row(
        "tree changed",
        commits.store(commits.text(sha).replaceFirst("tree .{40}", "tree " + "0".repeat(40))),
        ada,
        "",
        "bad signature");
    row(
        "unknown key",
        commits.signed(other, null),
        ada,
        "",
        "is signed by the unknown key SHA256:");
    row(
        "another's key under our name",
        commits.signed(other, null),
        ada + "\neve@example.com " + SignedCommits.publicKey(other),
        "",
        OK + ": eve@example.com");
    row(
        "expired",
        sha,
        "ada@example.com " + YEAR + " " + edKey,
        "",
        "which expired at 2020-01-01T00:00:00Z (allowed:1)");
    row(
        "expired, commit dated back",
        commits.signed(ed, "2019-06-01T00:00:00Z"),
        "ada@example.com " + YEAR + " " + edKey,
        "",
        "which expired at 2020-01-01T00:00:00Z",
        true);
    row(
        "not yet valid",
        sha,
        "ada@example.com valid-after=\"20990101\" " + edKey,
        "",
        "is not valid before 2099-01-01T00:00:00Z");
    row(
        "not yet valid, dated forward",
        commits.signed(ed, "2099-06-01T00:00:00Z"),
        "ada@example.com valid-after=\"20990101\" " + edKey,
        "",
        "is not valid before",
        true);
    row(
        "two options",
        sha,
        "ada@example.com namespaces=\"git,file\",valid-after=\"20200101\" " + edKey,
        "",
        OK);
    row(
        "three options, capitals",
        sha,
        "ada@example.com Namespaces=\"g*\",VALID-AFTER=\"20200101\",valid-before=\"209901011200\" "
            + edKey,
        "",
        OK);
    row(
        "line for another namespace",
        sha,
        "ada@example.com namespaces=\"file\" " + edKey,
        "",
        "may not sign commits (allowed:1: namespaces=\"file\")");
    row(
        "line with a negated namespace",
        sha,
        "ada@example.com namespaces=\"*,!git\" " + edKey,
        "",
        "may not sign commits");
    row(
        "expired line, then a good one",
        sha,
        "ada@example.com " + YEAR + " " + edKey + "\nada@new.example.com " + edKey,
        "",
        OK + ": ada@new.example.com");
    row(
        "signed for another namespace",
        commits.withSignature(bare, "gpgsig", commits.signature(bare, ed, "file")),
        ada,
        "",
        "has a signature made for namespace file, not git");
    row("revoked", sha, ada, edKey, "is signed by ada@example.com with key SHA256:");
    row("revoked", sha, ada, "# gone\n" + edKey + " ada", "which is revoked in revoked");
    row("another is revoked", sha, ada, SignedCommits.publicKey(other), OK);
    row("several principals", sha, "ada@a.example,\"ada b\" " + edKey, "", OK);
    row("comments and spaces", sha, "# team\n\n  " + ada + "  laptop of Ada", "", OK);

    String pgp = "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----";
    row("GPG", commits.withSignature(bare, "gpgsig", pgp), ada, "", "is GPG-signed, unsupported");
    String x509 = "-----BEGIN SIGNED MESSAGE-----\nMIA=\n-----END SIGNED MESSAGE-----";
    row("X.509", commits.withSignature(bare, "gpgsig", x509), ada, "", "is X.509-signed, unsupp");
    row("no signature's form", commits.withSignature(bare, "gpgsig", "yes"), ada, "", "unknown");
    String good = commits.signature(bare, ed, "git");
    row("by ssh-keygen", commits.withSignature(bare, "gpgsig", good), ada, "", OK);
    row(
        "for SHA-256 only",
        commits.withSignature(bare, "gpgsig-sha256", good),
        ada,
        "",
        "is signed for SHA-256 repositories");
    row(
        "a second signature",
        commits.withSignature(sha, "gpgsig", good),
        ada,
        "",
        "has more than one signature",
        true);
    row(
        "a second one for SHA-256",
        commits.withSignature(sha, "gpgsig-sha256", good),
        ada,
        "",
        "has more than one signature",
        true);
    row(
        "before the committer",
        movedBefore("committer ", sha),
        ada,
        "",
        "where Git puts none",
        true);
    row("before the author", movedBefore("author ", sha), ada, "", "where Git puts none", true);
    row("before the tree", movedBefore("tree ", sha), ada, "", "where Git puts none");
    row("before the encoding", signedBeforeEncoding(ed, bare), ada, "", OK);
    String odd = commits.store(commits.text(bare).replaceFirst("\n\n", "\ngpgsigned by=eve\n\n"));
    row(
        "a header that Git leaves out",
        commits.withSignature(odd, "gpgsig", commits.signature(odd, ed, "git")),
        ada,
        "",
        "where Git puts none");
    row(
        "cut short",
        commits.withSignature(bare, "gpgsig", SignedCommits.armored(new byte[] {'S', 'S', 'H'})),
        ada,
        "",
        "has a damaged signature: it ends early");
    row(
        "signature in the message only",
        commits.store(commits.text(bare) + "\ngpgsig " + good),
        ada,
        "",
        "is unsigned");
    table.forEach(System.out::println);
    System.out.println(
        table.size() + " cases, in " + stricter + " of them stricter than git verify-commit");
  }
}
