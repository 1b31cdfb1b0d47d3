package io.vipops.worker;

import io.vipops.signing.AllowedSigners;
import io.vipops.signing.RevokedKeys;
import io.vipops.signing.Signers;
import io.vipops.signing.SignersException;
import io.vipops.spec.AgentConfig;
import io.vipops.trust.FileAccess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneId;
import java.util.HexFormat;

/**
 * The files that say who may sign, as they are now.
 *
 * @param digest another one when they say something else
 */
record TrustFiles(Signers signers, String digest) {
  private static final long MAX_BYTES = 1 << 20;

  /**
   * @throws SignersException if one is missing, broken, or everybody's to write
   */
  static TrustFiles read(AgentConfig.Verify verify) throws SignersException {
    Path allowedFile = verify.allowedSigners();
    Path revokedFile = verify.revokedKeys();
    byte[] allowed = bytes(allowedFile, "allowed_signers");
    byte[] revoked = revokedFile == null ? new byte[0] : bytes(revokedFile, "revoked_keys");
    AllowedSigners signers =
        AllowedSigners.parse(
            new String(allowed, StandardCharsets.UTF_8),
            allowedFile.toString(),
            ZoneId.systemDefault());
    RevokedKeys keys =
        revokedFile == null ? RevokedKeys.NONE : RevokedKeys.parse(revoked, revokedFile.toString());
    return new TrustFiles(new Signers(signers, keys), digest(allowed, revoked));
  }

  private static byte[] bytes(Path file, String key) throws SignersException {
    try {
      String refusal = FileAccess.TRUST.refusal("source.verify." + key, file);
      if (refusal != null) {
        throw new SignersException(refusal);
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new SignersException(file + ": is larger than 1 MiB: it is no list of keys");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new SignersException(file + ": no such file: put it there (source.verify." + key + ")");
    } catch (IOException e) {
      throw new SignersException(file + ": cannot be read: " + e);
    }
  }

  private static String digest(byte[] allowed, byte[] revoked) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(allowed);
    both.write(0);
    both.writeBytes(revoked);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(both.toByteArray());
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
