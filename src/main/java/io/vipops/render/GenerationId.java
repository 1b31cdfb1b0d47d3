package io.vipops.render;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;

/** Names a generation after its content: the same files have the same id, on any host, ever. */
final class GenerationId {
  /** Stands for the id where the files name it, while the id is not known. */
  static final String PLACEHOLDER = "000000000000";

  private GenerationId() {}

  /** First 12 hex digits of SHA-256 over each path and content, each after its length in bytes. */
  static String of(SortedMap<String, byte[]> files) {
    MessageDigest digest = sha256();
    files.forEach(
        (path, content) -> {
          add(digest, path.getBytes(StandardCharsets.UTF_8));
          add(digest, content);
        });
    return HexFormat.of().formatHex(digest.digest()).substring(0, PLACEHOLDER.length());
  }

  /** SHA-256 of one file, 64 hex digits. */
  static String hash(byte[] content) {
    return HexFormat.of().formatHex(sha256().digest(content));
  }

  private static void add(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(part.length).flip());
    digest.update(part);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
