package io.vipops.signing;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges the signatures of commits. */
public record Signers(AllowedSigners allowed, RevokedKeys revoked) {
  private static final String NAMESPACE = "git";

  /**
   * What came of one commit.
   *
   * @param signer who signed it, with the key; null: it is refused
   * @param complaint why, as the end of a sentence that begins with the commit; null: it is not
   * @param early whether it is refused for no more than a key that is not valid yet
   * @param dated when its committer says that it was made, which proves nothing of the commit
   */
  public record Judgement(
      @Nullable String signer, @Nullable String complaint, boolean early, Instant dated) {
    private static Judgement refused(String complaint) {
      return new Judgement(null, complaint, false, Instant.EPOCH);
    }
  }

  /**
   * @param raw the commit object without its type and size
   * @param received when this node got it: what a commit says of its own time proves nothing
   */
  public Judgement judge(byte[] raw, Instant received) {
    SignedCommit commit = SignedCommit.of(raw);
    String complaint = notSsh(commit);
    if (complaint != null) {
      return Judgement.refused(complaint);
    }
    try {
      return judge(SshSignature.parse(commit.signature()), commit, received);
    } catch (MalformedException e) {
      return Judgement.refused("has a damaged signature: " + e.why());
    }
  }

  private static @Nullable String notSsh(SignedCommit commit) {
    String signature = commit.signature();
    String how = ", unsupported: sign with an SSH key (git config gpg.format ssh)";
    if (commit.signatures() > 1 || (commit.signatures() == 1 && commit.otherHash())) {
      return "has more than one signature: Git makes one";
    }
    if (commit.misplaced()) {
      return "has a signature where Git puts none: sign it anew (git commit --amend -S)";
    }
    if (signature.isBlank()) {
      return commit.otherHash() ? "is signed for SHA-256 repositories" + how : "is unsigned";
    }
    if (signature.startsWith("-----BEGIN PGP ")) {
      return "is GPG-signed" + how;
    }
    if (signature.startsWith("-----BEGIN SIGNED MESSAGE-----")) {
      return "is X.509-signed" + how;
    }
    return signature.startsWith(SshSignature.BEGIN)
        ? null
        : "is signed in a way that is unknown" + how;
  }

  private Judgement judge(SshSignature signature, SignedCommit commit, Instant received)
      throws MalformedException {
    if (!signature.namespace().equals(NAMESPACE)) {
      return Judgement.refused(
          "has a signature made for namespace " + signature.namespace() + ", not " + NAMESPACE);
    }
    String key = SshKey.fingerprint(signature.key());
    List<AllowedSigner> lines = allowed.withKey(signature.key());
    String who = lines.isEmpty() ? "" : lines.get(0).principals() + " with ";
    if (revoked.has(signature.key())) {
      return Judgement.refused(
          "is signed by " + who + "key " + key + ", which is revoked in " + revoked.file());
    }
    if (lines.isEmpty()) {
      return Judgement.refused(
          "is signed by the unknown key " + key + ": " + allowed.file() + " does not have it");
    }
    if (!lines.get(0).key().verify(signature.signature(), signature.message(commit.payload()))) {
      return Judgement.refused(
          "has a bad signature of " + who + "key " + key + ": it was changed after it was signed");
    }
    String objection = null;
    boolean early = false;
    for (AllowedSigner line : lines) {
      objection = line.objection(received);
      if (objection == null) {
        String signer = line.principals() + " (" + key + ")";
        return new Judgement(signer, null, false, commit.dated());
      }
      early |= line.isEarly(received);
    }
    String complaint = "is signed by " + who + "key " + key + ", which " + objection;
    return new Judgement(null, complaint, early, commit.dated());
  }
}
