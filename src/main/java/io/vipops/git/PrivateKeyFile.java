package io.vipops.git;

import io.vipops.trust.FileAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A private key in a file of its own, as text. What keeps it from use is said before its use. */
final class PrivateKeyFile {
  private static final int MOST_BYTES = 64 << 10;
  private static final byte[] OPENSSH = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);

  private PrivateKeyFile() {}

  /**
   * The text of the key in {@code file}, which is one that needs no passphrase.
   *
   * @param setting what names the file, e.g. {@code source.ssh.key}
   * @throws IOException in one line that says what to do
   */
  static String read(Path file, String setting) throws IOException {
    String named = setting + " " + file;
    String text = text(file, named);
    String refusal = FileAccess.PRIVATE_KEY.refusal(setting, file);
    if (refusal != null) {
      throw new SettingFault(refusal);
    }
    if (!text.contains("PRIVATE KEY-----")) {
      throw new SettingFault(
          named
              + (isPublicKey(text) ? " is a public key" : " holds no private key")
              + ": put the private half there");
    }
    if (isEncrypted(text)) {
      throw new SettingFault(
          named
              + " is encrypted, and nobody is there to ask for its passphrase: put one without"
              + " there");
    }
    return text;
  }

  private static String text(Path file, String named) throws IOException {
    if (Files.isDirectory(file)) {
      throw new SettingFault(named + " is a folder: it must be a private key");
    }
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new SettingFault(named + " is too large for a private key");
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new SettingFault(named + " does not exist: put the private key there", e);
    } catch (java.nio.file.AccessDeniedException e) {
      throw new SettingFault(named + " cannot be read: permission denied", e);
    }
  }

  private static boolean isPublicKey(String text) {
    return text.startsWith("ssh-") || text.startsWith("ecdsa-") || text.contains("PUBLIC KEY");
  }

  private static boolean isEncrypted(String text) {
    return text.contains("BEGIN ENCRYPTED PRIVATE KEY")
        || text.contains("Proc-Type: 4,ENCRYPTED")
        || isEncryptedOpenSsh(decoded(text, "OPENSSH PRIVATE KEY"));
  }

  /** OpenSSH's PROTOCOL.key: the magic, then the cipher's name with its length before it. */
  private static boolean isEncryptedOpenSsh(byte @Nullable [] key) {
    int at = OPENSSH.length + 4;
    return key != null
        && key.length > at + 4
        && !new String(key, at, 4, StandardCharsets.US_ASCII).equals("none");
  }

  /**
   * The bytes of the PEM block of this kind (RFC 7468).
   *
   * @return null: there is none, or it is broken
   */
  static byte @Nullable [] decoded(String text, String kind) {
    String begin = "-----BEGIN " + kind + "-----";
    int from = text.indexOf(begin);
    int to = text.indexOf("-----END " + kind + "-----");
    if (from < 0 || to < from) {
      return null;
    }
    try {
      return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
