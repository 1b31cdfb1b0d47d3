package io.vipops.engine;

import io.vipops.vrrp.Instance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads what an instance keeps in a file of its own. Never on the loop's thread. */
final class Secrets {
  /** Bytes: more than any password and its line end; the rest only shows that it is too long. */
  private static final int LONGEST_READ = 64;

  private Secrets() {}

  /**
   * @throws EngineException naming the file, never its content
   */
  static Configured resolve(Instance instance) {
    if (instance.password() != null || instance.passwordFile() == null) {
      return new Configured(instance, instance);
    }
    String file = instance.passwordFile();
    String where = "instance " + instance.name() + ": password_file " + file;
    String password;
    try {
      password = read(Path.of(file), where);
    } catch (NoSuchFileException e) {
      throw new EngineException(where + " does not exist");
    } catch (AccessDeniedException e) {
      throw new EngineException(where + " may not be read by the agent");
    } catch (InvalidPathException e) {
      throw new EngineException(
          "instance " + instance.name() + ": password_file is not a path: " + e.getReason());
    } catch (IOException e) {
      throw new EngineException(where + " cannot be read: " + e.getMessage());
    }
    int bytes = password.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > 8) {
      throw new EngineException(where + " must hold 1 to 8 bytes, not " + bytes);
    }
    return new Configured(instance, withPassword(instance, password));
  }

  /** A pipe or a device would keep us waiting, or never end. */
  private static String read(Path file, String where) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new EngineException(where + " is not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(LONGEST_READ), StandardCharsets.UTF_8).strip();
    }
  }

  private static Instance withPassword(Instance of, String password) {
    return new Instance(
        of.name(),
        of.virtualRouterId(),
        of.version(),
        of.interfaceName(),
        of.address(),
        of.priority(),
        password,
        of.passwordFile(),
        of.peers(),
        of.virtualAddresses(),
        of.advertInterval(),
        of.preempt(),
        of.preemptDelay(),
        of.vipLease(),
        of.track(),
        of.options());
  }
}
