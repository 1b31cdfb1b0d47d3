package io.vipops.signing;

import java.io.ByteArrayOutputStream;

/** What a hardware key signs instead of the message (OpenSSH, PROTOCOL.u2f). */
final class SecurityKey {
  private static final int TOUCHED = 1;

  private SecurityKey() {}

  /**
   * Reads what follows the raw signature: flags and a counter, which are signed as well.
   *
   * @param application of the key, e.g. {@code ssh:}
   * @throws MalformedException if nobody touched the key for it
   */
  static byte[] message(byte[] application, Wire signature, byte[] message)
      throws MalformedException {
    byte[] flags = signature.take(1);
    byte[] counter = signature.take(4);
    if ((flags[0] & TOUCHED) == 0) {
      throw new MalformedException("made by a hardware key that nobody touched");
    }
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    signed.writeBytes(SshKey.digest("SHA-256", application));
    signed.writeBytes(flags);
    signed.writeBytes(counter);
    signed.writeBytes(SshKey.digest("SHA-256", message));
    return signed.toByteArray();
  }
}
