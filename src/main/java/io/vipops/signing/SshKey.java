package io.vipops.signing;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/**
 * A public key as OpenSSH writes it (RFC 4253, section 6.6). Signatures are checked by the Java
 * runtime's own cryptography.
 */
final class SshKey {
  /** A certificate is a key of another type; so is DSA, which nobody should use. */
  private static final Map<String, Scheme> SCHEMES =
      Map.of(
          "ssh-ed25519", new Ed25519Scheme(false),
          "sk-ssh-ed25519@openssh.com", new Ed25519Scheme(true),
          "ecdsa-sha2-nistp256", new EcdsaScheme("nistp256", "secp256r1", "SHA256", 32, false),
          "ecdsa-sha2-nistp384", new EcdsaScheme("nistp384", "secp384r1", "SHA384", 48, false),
          "ecdsa-sha2-nistp521", new EcdsaScheme("nistp521", "secp521r1", "SHA512", 66, false),
          "sk-ecdsa-sha2-nistp256@openssh.com",
              new EcdsaScheme("nistp256", "secp256r1", "SHA256", 32, true),
          "ssh-rsa", new RsaScheme());

  /** How one type of key says yes or no. */
  interface Scheme {
    /**
     * Whether {@code signature} is this key's over {@code message}.
     *
     * @param key what follows the type in the key's blob
     * @param algorithm as the signature names it
     * @param signature what follows the algorithm in the signature's blob
     * @throws MalformedException if key or signature is none of this type
     */
    boolean verify(Wire key, String algorithm, Wire signature, byte[] message)
        throws MalformedException, GeneralSecurityException;
  }

  private final String type;
  private final byte[] blob;

  private SshKey(String type, byte[] blob) {
    this.type = type;
    this.blob = blob;
  }

  /** Whether {@code word} is the name of a key's type, of those that we know or not. */
  static boolean isType(String word) {
    return SCHEMES.containsKey(word)
        || word.equals("ssh-dss")
        || word.endsWith("-cert-v01@openssh.com");
  }

  /**
   * A key as a line of a file has it.
   *
   * @throws MalformedException if it is none, or of a type that is not supported
   */
  static SshKey of(String type, String base64) throws MalformedException {
    if (!SCHEMES.containsKey(type)) {
      throw new MalformedException(
          "keys of type " + type + " are not supported: use ed25519, ecdsa or rsa");
    }
    byte[] blob;
    try {
      blob = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("the key is damaged: it is no base64");
    }
    Wire wire = new Wire(blob);
    try {
      if (!wire.text().equals(type)) {
        throw new MalformedException("it is of another type than the line says");
      }
      if (type.equals("ssh-rsa")) {
        RsaScheme.key(wire);
      }
    } catch (MalformedException e) {
      throw new MalformedException("the key is damaged: " + e.why());
    }
    return new SshKey(type, blob);
  }

  boolean hasBlob(byte[] other) {
    return Arrays.equals(blob, other);
  }

  /** Whether {@code signature}, with its algorithm in front, is this key's over {@code message}. */
  boolean verify(byte[] signature, byte[] message) throws MalformedException {
    Scheme scheme = SCHEMES.get(type);
    if (scheme == null) {
      throw new IllegalStateException("of() knows the type");
    }
    Wire key = new Wire(blob);
    key.text();
    Wire signed = new Wire(signature);
    try {
      return scheme.verify(key, signed.text(), signed, message);
    } catch (GeneralSecurityException e) {
      return false; // the runtime says so of a signature that cannot be one
    }
  }

  /** As {@code ssh-keygen -l} shows it. */
  static String fingerprint(byte[] blob) {
    return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest("SHA-256", blob));
  }

  String fingerprint() {
    return fingerprint(blob);
  }

  static byte[] digest(String algorithm, byte[] of) {
    try {
      return MessageDigest.getInstance(algorithm).digest(of);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has them
    }
  }

  /** {@code number} in exactly {@code length} bytes, big end first. */
  static byte[] fixed(BigInteger number, int length) throws MalformedException {
    byte[] digits = number.toByteArray();
    int skip = digits.length > 0 && digits[0] == 0 ? 1 : 0;
    int size = digits.length - skip;
    if (size > length) {
      throw new MalformedException("a number in it is too large");
    }
    byte[] fixed = new byte[length];
    System.arraycopy(digits, skip, fixed, length - size, size);
    return fixed;
  }
}
