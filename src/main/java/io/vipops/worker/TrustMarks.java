package io.vipops.worker;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of signatures and rewrites: a part of {@link History}, which writes it.
 *
 * @param verified the last commit whose signature, and those of all before it, were found good when
 *     this node got them; null: none yet
 * @param signer who signed it
 * @param refused the last commit that was refused for its signatures; null: none since
 * @param complaint why
 * @param files digest of the signers' files that commits were last judged by
 * @param rewrite the commit that {@code accept-rewrite} lets in, with what comes on top of it,
 *     until one of them is accepted; null: none
 */
record TrustMarks(
    @Nullable String verified,
    @Nullable String signer,
    @Nullable String refused,
    @Nullable String complaint,
    @Nullable String files,
    @Nullable String rewrite) {
  static final TrustMarks NONE = new TrustMarks(null, null, null, null, null, null);

  TrustMarks verified(String sha, String by) {
    return new TrustMarks(sha, by, null, null, files, rewrite);
  }

  TrustMarks refused(String sha, String why) {
    return new TrustMarks(verified, signer, sha, why, files, rewrite);
  }

  /** Somebody took a commit without a look at its signature: what was known is of the past. */
  TrustMarks unverified() {
    return new TrustMarks(null, null, null, null, files, rewrite);
  }

  TrustMarks files(String digest) {
    return new TrustMarks(verified, signer, refused, complaint, digest, rewrite);
  }

  TrustMarks rewrite(@Nullable String sha) {
    return new TrustMarks(verified, signer, refused, complaint, files, sha);
  }

  Map<String, @Nullable Object> encode() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("verified", verified);
    json.put("signer", signer);
    json.put("refused", refused);
    json.put("complaint", complaint);
    json.put("files", files);
    json.put("rewrite", rewrite);
    return json;
  }

  static TrustMarks decode(@Nullable Object json) {
    return json instanceof Map<?, ?> map
        ? new TrustMarks(
            (String) map.get("verified"),
            (String) map.get("signer"),
            (String) map.get("refused"),
            (String) map.get("complaint"),
            (String) map.get("files"),
            (String) map.get("rewrite"))
        : NONE;
  }
}
