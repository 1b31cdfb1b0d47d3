package io.vipops.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who besides its owner may touch a file that agent.yaml names, by what the file is for. */
public enum FileAccess {
  /** As ssh(1) has it. */
  PRIVATE_KEY("rw-------", "is open to others", "chmod 600"),

  /** A token or a password: the group may read it, which is how packages share one. */
  SECRET("rw-r-----", "is open to others", "chmod 600"),

  /** What says whom to trust is no secret. */
  TRUST("rwxrwxr-x", "can be written by others", "chmod o-w");

  private final String widest;
  private final String fault;
  private final String remedy;

  FileAccess(String widest, String fault, String remedy) {
    this.widest = widest;
    this.fault = fault;
    this.remedy = remedy;
  }

  /**
   * Why {@code file} must not be used, in one line that says what to do; null: it may.
   *
   * @param setting what names the file, e.g. {@code source.ssh.key}
   * @throws IOException if it cannot be looked at
   */
  public @Nullable String refusal(String setting, Path file) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (PosixFilePermissions.fromString(widest).containsAll(mode)) {
      return null;
    }
    String shown = PosixFilePermissions.toString(mode);
    return setting + " " + file + " " + fault + " (" + shown + "): " + remedy + " " + file;
  }
}
