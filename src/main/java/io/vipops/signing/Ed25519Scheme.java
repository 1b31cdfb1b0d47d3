package io.vipops.signing;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/**
 * RFC 8709, and the same inside a hardware key.
 *
 * @param hardware whether flags and counter are part of it
 */
record Ed25519Scheme(boolean hardware) implements SshKey.Scheme {
  private static final int KEY_BYTES = 32;
  private static final int SIGNATURE_BYTES = 64;

  /** RFC 8410: what stands before the 32 bytes in the form that the runtime reads. */
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  @Override
  public boolean verify(Wire key, String algorithm, Wire signature, byte[] message)
      throws MalformedException, GeneralSecurityException {
    byte[] point = key.string();
    byte[] application = hardware ? key.string() : new byte[0];
    key.end();
    if (point.length != KEY_BYTES) {
      throw new MalformedException("its key has the wrong length");
    }
    if (!algorithm.equals(hardware ? "sk-ssh-ed25519@openssh.com" : "ssh-ed25519")) {
      throw new MalformedException("its algorithm " + algorithm + " does not fit its key");
    }
    byte[] raw = signature.string();
    byte[] signed = hardware ? SecurityKey.message(application, signature, message) : message;
    signature.end();
    if (raw.length != SIGNATURE_BYTES) {
      throw new MalformedException("it has the wrong length");
    }
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(publicKey(point));
    verifier.update(signed);
    return verifier.verify(raw);
  }

  private static PublicKey publicKey(byte[] point) throws GeneralSecurityException {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    encoded.writeBytes(PREFIX);
    encoded.writeBytes(point);
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new X509EncodedKeySpec(encoded.toByteArray()));
  }
}
