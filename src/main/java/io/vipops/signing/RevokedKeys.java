package io.vipops.signing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keys that nobody may sign with any more: a file of public keys, one on a line. */
public final class RevokedKeys {
  /** Nothing is revoked. */
  public static final RevokedKeys NONE = new RevokedKeys("", List.of());

  private final String file;
  private final List<SshKey> keys;

  private RevokedKeys(String file, List<SshKey> keys) {
    this.file = file;
    this.keys = keys;
  }

  /**
   * @param file for messages
   * @throws SignersException if a line is wrong, or it is a binary list (KRL)
   */
  public static RevokedKeys parse(byte[] bytes, String file) throws SignersException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.startsWith("SSHKRL")) {
      throw new SignersException(
          file + ": a KRL is not supported: list the public keys themselves, one on a line");
    }
    List<SshKey> keys = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String content = line.strip();
      if (content.isEmpty() || content.startsWith("#")) {
        continue;
      }
      String[] words = content.split("[ \t]+", 3);
      try {
        if (words.length < 2) {
          throw new MalformedException("a line is TYPE KEY, as in a .pub file");
        }
        keys.add(SshKey.of(words[0], words[1]));
      } catch (MalformedException e) {
        throw new SignersException(file + ":" + number + ": " + e.why());
      }
    }
    return new RevokedKeys(file, keys);
  }

  String file() {
    return file;
  }

  boolean has(byte[] blob) {
    return keys.stream().anyMatch(key -> key.hasBlob(blob));
  }
}
