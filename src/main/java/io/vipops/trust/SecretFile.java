package io.vipops.trust;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A secret in a file of its own, read anew each time: another one needs no restart. */
public final class SecretFile {
  private static final int LONGEST = 4096;

  private final String key;
  private final Path file;

  /**
   * @param key of agent.yaml, for messages
   */
  public SecretFile(String key, Path file) {
    this.key = key;
    this.file = file;
  }

  /**
   * The secret, without white space around it.
   *
   * @throws UnusableFileException if there is none, or if others than owner and group may read it
   */
  public String read() throws UnusableFileException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new UnusableFileException(key + " " + file + " is not a file");
      }
      String refusal = FileAccess.SECRET.refusal(key, file);
      if (refusal != null) {
        throw new UnusableFileException(refusal);
      }
      if (attributes.size() > LONGEST) {
        throw new UnusableFileException(key + " " + file + " is longer than " + LONGEST + " bytes");
      }
      String secret = Files.readString(file, StandardCharsets.UTF_8).strip();
      if (secret.isEmpty()) {
        throw new UnusableFileException(key + " " + file + " is empty: write the secret into it");
      }
      if (secret.chars().anyMatch(one -> one < ' ')) {
        throw new UnusableFileException(key + " " + file + " holds more than one line");
      }
      return secret;
    } catch (NoSuchFileException e) {
      throw new UnusableFileException(key + " " + file + " does not exist");
    } catch (IOException e) {
      throw new UnusableFileException(key + " " + file + " cannot be read: " + e.getMessage());
    }
  }
}
