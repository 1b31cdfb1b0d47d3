package io.vipops.signing;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.List;

/**
 * RFC 5656, section 3.1, and the same inside a hardware key.
 *
 * @param curve as OpenSSH names it
 * @param javaCurve as the runtime names it
 * @param size bytes of one coordinate
 * @param hardware whether flags and counter are part of it
 */
record EcdsaScheme(String curve, String javaCurve, String hash, int size, boolean hardware)
    implements SshKey.Scheme {
  private static final int UNCOMPRESSED = 4;

  @Override
  public boolean verify(Wire key, String algorithm, Wire signature, byte[] message)
      throws MalformedException, GeneralSecurityException {
    String named = key.text();
    byte[] point = key.string();
    byte[] application = hardware ? key.string() : new byte[0];
    key.end();
    if (!named.equals(curve) || point.length != 1 + 2 * size || point[0] != UNCOMPRESSED) {
      throw new MalformedException("its key is no point of " + curve);
    }
    String expected = "ecdsa-sha2-" + curve;
    if (!algorithm.equals(hardware ? "sk-" + expected + "@openssh.com" : expected)) {
      throw new MalformedException("its algorithm " + algorithm + " does not fit its key");
    }
    Wire pair = new Wire(signature.string());
    byte[] signed = hardware ? SecurityKey.message(application, signature, message) : message;
    signature.end();
    byte[] r = SshKey.fixed(pair.mpint(), size);
    byte[] s = SshKey.fixed(pair.mpint(), size);
    pair.end();
    ECPublicKey signer = publicKey(point);
    BigInteger order = signer.getParams().getOrder();
    for (BigInteger half : List.of(new BigInteger(1, r), new BigInteger(1, s))) {
      // FIPS 186-5, 6.4.2; some runtimes take zeros for a signature of everything.
      if (half.signum() == 0 || half.compareTo(order) >= 0) {
        throw new MalformedException("its signature is out of range");
      }
    }
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    raw.writeBytes(r);
    raw.writeBytes(s);
    Signature verifier = Signature.getInstance(hash + "withECDSAinP1363Format");
    verifier.initVerify(signer);
    verifier.update(signed);
    return verifier.verify(raw.toByteArray());
  }

  private ECPublicKey publicKey(byte[] point) throws GeneralSecurityException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(javaCurve));
    BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + size));
    BigInteger y = new BigInteger(1, Arrays.copyOfRange(point, 1 + size, point.length));
    return (ECPublicKey)
        KeyFactory.getInstance("EC")
            .generatePublic(
                new ECPublicKeySpec(
                    new ECPoint(x, y), parameters.getParameterSpec(ECParameterSpec.class)));
  }
}
