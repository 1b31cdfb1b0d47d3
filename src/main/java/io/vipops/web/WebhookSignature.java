package io.vipops.web;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Whether a webhook comes from somebody who knows the secret. The first of the headers that is
 * there decides, so that a weaker one beside it saves nothing:
 *
 * <pre>
 * webhook-signature    v1,BASE64     GitLab's signing token, standardwebhooks.com: id.timestamp.body
 * x-hub-signature-256  sha256=HEX    GitHub
 * x-gitea-signature    HEX           Gitea, Forgejo
 * x-signature          sha256=HEX    anybody
 * x-gitlab-token       the secret    GitLab
 * </pre>
 */
final class WebhookSignature {
  /** How far a signed time may be from now. */
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private static final String ENCODED_KEY = "whsec_";

  private WebhookSignature() {}

  static boolean holds(HttpRequest request, String secret, Instant now) {
    String standard = request.header("webhook-signature");
    if (standard != null) {
      return standardHolds(request, standard, secret, now);
    }
    for (String name : List.of("x-hub-signature-256", "x-gitea-signature", "x-signature")) {
      String signature = request.header(name);
      if (signature != null) {
        boolean bare = name.equals("x-gitea-signature");
        return hexHolds(bare ? "sha256=" + signature : signature, request.body(), secret);
      }
    }
    String token = request.header("x-gitlab-token");
    return token != null && same(utf8(token), utf8(secret));
  }

  /** The id that {@link #holds} found signed, with its time; null: the signature is of no id. */
  static @Nullable String signedId(HttpRequest request) {
    return request.header("webhook-signature") == null ? null : request.header("webhook-id");
  }

  private static boolean hexHolds(String signature, byte[] body, String secret) {
    if (!signature.startsWith("sha256=")) {
      return false;
    }
    byte[] said;
    try {
      said = HexFormat.of().parseHex(signature.substring("sha256=".length()));
    } catch (IllegalArgumentException e) {
      return false;
    }
    return same(said, hmac(utf8(secret), body));
  }

  private static boolean standardHolds(
      HttpRequest request, String signatures, String secret, Instant now) {
    String id = request.header("webhook-id");
    String timestamp = request.header("webhook-timestamp");
    if (id == null || timestamp == null || !timestamp.matches("[0-9]{1,12}")) {
      return false;
    }
    Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now).abs();
    byte[] key = standardKey(secret);
    if (age.compareTo(TOLERANCE) > 0 || key == null) {
      return false;
    }
    byte[] wanted = hmac(key, utf8(id + "." + timestamp + "."), request.body());
    boolean holds = false;
    for (String signature : signatures.split(" ", -1)) {
      if (signature.startsWith("v1,")) {
        byte[] said = base64(signature.substring(3));
        holds |= said != null && same(said, wanted);
      }
    }
    return holds;
  }

  private static byte @Nullable [] standardKey(String secret) {
    return secret.startsWith(ENCODED_KEY)
        ? base64(secret.substring(ENCODED_KEY.length()))
        : utf8(secret);
  }

  private static byte @Nullable [] base64(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** In a time that says nothing about where they differ. */
  private static boolean same(byte[] one, byte[] two) {
    return MessageDigest.isEqual(one, two);
  }

  /** HMAC-SHA-256, RFC 2104. */
  static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
      Arrays.asList(parts).forEach(mac::update);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
