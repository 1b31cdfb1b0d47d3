package io.vipops.worker;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of signatures and rewrites: a part of {@link History}, which writes it.
 *
 * @param source URL and branch that all but {@code files} is true of; null: none yet
 * @param verified null: none yet
 * @param refused the last commit that was refused for its signatures; null: none since
 * @param complaint why
 * @param files digest of the signers' files that commits were last judged by
 * @param rewrite the commit that {@code accept-rewrite} lets in, with what comes on top of it,
 *     until one of them is accepted; null: none
 */
record TrustMarks(
    @Nullable String source,
    @Nullable Verified verified,
    @Nullable String refused,
    @Nullable String complaint,
    @Nullable String files,
    @Nullable String rewrite) {
  static final TrustMarks NONE = new TrustMarks(null, null, null, null, null, null);

  /**
   * The last commit whose signature, and those of all before it, were found good.
   *
   * @param received when this node got it
   * @param files digest of the signers' files by which they were
   */
  record Verified(String commit, String signer, Instant received, String files) {}

  /** What of this is true of {@code other}: another source has other commits. */
  TrustMarks of(String other) {
    return other.equals(source) ? this : new TrustMarks(other, null, null, null, files, null);
  }

  TrustMarks verified(Verified good) {
    return new TrustMarks(source, good, null, null, files, rewrite);
  }

  TrustMarks refused(String sha, String why) {
    return new TrustMarks(source, verified, sha, why, files, rewrite);
  }

  /** Somebody took a commit without a look at its signature: what was known is of the past. */
  TrustMarks unverified() {
    return new TrustMarks(source, null, null, null, files, rewrite);
  }

  TrustMarks files(String digest) {
    return new TrustMarks(source, verified, refused, complaint, digest, rewrite);
  }

  TrustMarks rewrite(@Nullable String sha) {
    return new TrustMarks(source, verified, refused, complaint, files, sha);
  }

  /** Whether this commit is the verified one. */
  boolean hasVerified(String sha) {
    return verified != null && verified.commit.equals(sha);
  }

  Map<String, @Nullable Object> encode() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("source", source);
    json.put("verified", verified == null ? null : verified.commit);
    json.put("signer", verified == null ? null : verified.signer);
    json.put("received", verified == null ? null : verified.received.toString());
    json.put("verified_by", verified == null ? null : verified.files);
    json.put("refused", refused);
    json.put("complaint", complaint);
    json.put("files", files);
    json.put("rewrite", rewrite);
    return json;
  }

  static TrustMarks decode(@Nullable Object json) {
    return json instanceof Map<?, ?> map
        ? new TrustMarks(
            (String) map.get("source"),
            decodeVerified(map),
            (String) map.get("refused"),
            (String) map.get("complaint"),
            (String) map.get("files"),
            (String) map.get("rewrite"))
        : NONE;
  }

  private static @Nullable Verified decodeVerified(Map<?, ?> map) {
    return map.get("verified") instanceof String commit
            && map.get("signer") instanceof String signer
            && map.get("received") instanceof String received
            && map.get("verified_by") instanceof String files
        ? new Verified(commit, signer, Instant.parse(received), files)
        : null;
  }
}
