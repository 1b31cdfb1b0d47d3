package io.vipops.signing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * What {@code ssh-keygen -Y sign} makes (OpenSSH, PROTOCOL.sshsig).
 *
 * @param key the signer's public key, as it says itself
 * @param signature with its algorithm in front
 */
record SshSignature(byte[] key, String namespace, String hash, byte[] signature) {
  static final String BEGIN = "-----BEGIN SSH SIGNATURE-----";
  private static final String END = "-----END SSH SIGNATURE-----";
  private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;

  /**
   * @param armored from BEGIN to END
   * @throws MalformedException if it is none of this version
   */
  static SshSignature parse(String armored) throws MalformedException {
    String text = armored.strip();
    if (!text.startsWith(BEGIN) || !text.endsWith(END) || text.length() < 60) {
      throw new MalformedException("its last line is missing");
    }
    String base64 = text.substring(BEGIN.length(), text.length() - END.length());
    byte[] blob;
    try {
      blob = Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      throw new MalformedException("it is no base64");
    }
    Wire wire = new Wire(blob);
    if (!Arrays.equals(wire.take(MAGIC.length), MAGIC)) {
      throw new MalformedException("it is no SSH signature inside");
    }
    int version = wire.uint32();
    if (version != VERSION) {
      throw new MalformedException("it is of the unknown version " + version);
    }
    byte[] key = wire.string();
    String namespace = wire.text();
    wire.string(); // reserved
    String hash = wire.text();
    SshSignature read = new SshSignature(key, namespace, hash, wire.string());
    wire.end();
    return read;
  }

  /** What the key signed, of {@code payload}. */
  byte[] message(byte[] payload) throws MalformedException {
    String digest =
        switch (hash) {
          case "sha256" -> "SHA-256";
          case "sha512" -> "SHA-512";
          default -> throw new MalformedException("its hash " + hash + " is not supported");
        };
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes(MAGIC);
    string(message, namespace.getBytes(StandardCharsets.UTF_8));
    string(message, new byte[0]);
    string(message, hash.getBytes(StandardCharsets.UTF_8));
    string(message, SshKey.digest(digest, payload));
    return message.toByteArray();
  }

  private static void string(ByteArrayOutputStream to, byte[] bytes) {
    int n = bytes.length;
    to.writeBytes(new byte[] {(byte) (n >> 24), (byte) (n >> 16), (byte) (n >> 8), (byte) n});
    to.writeBytes(bytes);
  }
}
