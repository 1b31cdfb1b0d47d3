package io.vipops.signing;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;

/** RFC 8332; SHA-1 signatures are refused. */
record RsaScheme() implements SshKey.Scheme {
  /** OpenSSH's own least; NIST asks for 2048. */
  private static final int MIN_BITS = 1024;

  private static final int MAX_BITS = 16_384;

  @Override
  public boolean verify(Wire key, String algorithm, Wire signature, byte[] message)
      throws MalformedException, GeneralSecurityException {
    String hash =
        switch (algorithm) {
          case "rsa-sha2-256" -> "SHA256";
          case "rsa-sha2-512" -> "SHA512";
          default ->
              throw new MalformedException("its algorithm " + algorithm + " is not supported");
        };
    RSAPublicKeySpec spec = key(key);
    byte[] raw = signature.string();
    signature.end();
    int size = (spec.getModulus().bitLength() + 7) / 8;
    Signature verifier = Signature.getInstance(hash + "withRSA");
    verifier.initVerify(KeyFactory.getInstance("RSA").generatePublic(spec));
    verifier.update(message);
    return verifier.verify(SshKey.fixed(new BigInteger(1, raw), size));
  }

  /** Reads what follows the type. */
  static RSAPublicKeySpec key(Wire key) throws MalformedException {
    BigInteger exponent = key.mpint();
    BigInteger modulus = key.mpint();
    key.end();
    int bits = modulus.bitLength();
    if (bits < MIN_BITS || bits > MAX_BITS) {
      throw new MalformedException(
          "an RSA key has " + MIN_BITS + " to " + MAX_BITS + " bits, not " + bits);
    }
    return new RSAPublicKeySpec(modulus, exponent);
  }
}
