package io.vipops.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.util.Optional;

/** What the JDK cannot do to processes. */
public final class Processes {
  private static final int SIGKILL = 9;

  /** Bytes of struct passwd, and room for what it points to. */
  private static final int PASSWD_SIZE = 48;

  private static final int PASSWD_STRINGS = 16 * 1024;

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

  /** The user that this process acts as (geteuid(2)). */
  public static int ownUser() {
    return Libc.geteuid();
  }

  /**
   * Looks up a user by name (getpwnam_r(3)). Where the database is a network service this may take
   * its time; no caller waits for another.
   */
  public static Optional<User> user(String name) {
    return entry(
            (entry, strings, found) -> Libc.getpwnam_r(name, entry, strings, PASSWD_STRINGS, found))
        .map(it -> it.user);
  }

  /** The name of a user (getpwuid_r(3)); may take its time as {@link #user} may. */
  public static Optional<String> userName(int id) {
    return entry(
            (entry, strings, found) -> Libc.getpwuid_r(id, entry, strings, PASSWD_STRINGS, found))
        .map(it -> it.name);
  }

  private record Entry(String name, User user) {}

  private interface Query {
    int errno(Memory entry, Memory strings, Memory found);
  }

  private static Optional<Entry> entry(Query query) {
    try (Memory entry = new Memory(PASSWD_SIZE);
        Memory strings = new Memory(PASSWD_STRINGS);
        Memory found = new Memory(Native.POINTER_SIZE)) {
      found.clear();
      int errno = query.errno(entry, strings, found);
      if (errno != 0 || found.getPointer(0) == null) {
        return Optional.empty();
      }
      // struct passwd: char *pw_name, *pw_passwd; uid_t pw_uid; gid_t pw_gid; …
      User user = new User(entry.getInt(16), entry.getInt(20));
      return Optional.of(new Entry(entry.getPointer(0).getString(0), user));
    }
  }
}
