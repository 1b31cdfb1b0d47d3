package io.vipops.linux;

import com.sun.jna.Pointer;
import java.util.Optional;

/** What the JDK cannot do to processes. */
public final class Processes {
  private static final int SIGHUP = 1;
  private static final int SIGKILL = 9;

  private Processes() {}

  /**
   * An entry of the user database.
   *
   * @param group the user's primary group
   */
  public record User(int id, int group) {}

  /**
   * SIGKILL to every process of a group.
   *
   * @param group its leader's process id, above 1
   * @return whether there was one
   */
  public static boolean killGroup(long group) {
    if (group <= 1) {
      throw new IllegalArgumentException("process group " + group);
    }
    return Libc.kill((int) -group, SIGKILL) == 0;
  }

  /**
   * SIGHUP to one process: nginx's master reloads.
   *
   * @throws SystemCallException when it is gone or not ours to signal
   */
  public static void hangUp(long pid) throws SystemCallException {
    if (pid <= 1) {
      throw new IllegalArgumentException("process " + pid);
    }
    if (Libc.kill((int) pid, SIGHUP) < 0) {
      throw SystemCallException.of("SIGHUP to process " + pid);
    }
  }

  /** Looks up a user by name (getpwnam(3), whose answer is shared: one caller at a time). */
  public static synchronized Optional<User> user(String name) {
    Pointer entry = Libc.getpwnam(name);
    // struct passwd: char *pw_name, *pw_passwd; uid_t pw_uid; gid_t pw_gid; …
    return entry == null
        ? Optional.empty()
        : Optional.of(new User(entry.getInt(16), entry.getInt(20)));
  }
}
