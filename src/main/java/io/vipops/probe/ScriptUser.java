package io.vipops.probe;

import io.vipops.linux.Processes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whom a script runs as. Where the spec does not say, {@code vipops-script} if there is such a
 * user, else {@code nobody}: never root, which has to be asked for by name. An agent that is not
 * root can become nobody else, and runs scripts as itself.
 *
 * @param become null: as the agent itself
 */
record ScriptUser(Processes.@Nullable User become) {
  private static final List<String> DEFAULTS = List.of("vipops-script", "nobody");

  /** By name, once found: a directory service that is down later does not fail the check. */
  private static final Map<String, Processes.User> USERS = new ConcurrentHashMap<>();

  /**
   * Looks up a user.
   *
   * @param name null: the default
   * @return null: this host has no such user
   */
  static @Nullable ScriptUser of(@Nullable String name) {
    if (name != null) {
      Processes.User found = find(name);
      return found == null ? null : new ScriptUser(found);
    }
    if (Processes.ownUser() != 0) {
      return new ScriptUser(null);
    }
    for (String each : DEFAULTS) {
      Processes.User found = find(each);
      if (found != null) {
        return new ScriptUser(found);
      }
    }
    return null;
  }

  private static Processes.@Nullable User find(String name) {
    Processes.User known = USERS.get(name);
    if (known == null) {
      Optional<Processes.User> found = Processes.user(name);
      if (found.isEmpty()) {
        return null;
      }
      known = found.get();
      USERS.put(name, known);
    }
    return known;
  }

  /** The users who may own what it runs: root, the agent's own, and this one. */
  Set<Integer> trusted() {
    Set<Integer> trusted = new TreeSet<>(Set.of(0));
    trusted.add(Processes.ownUser());
    if (become != null) {
      trusted.add(become.id());
    }
    return trusted;
  }

  /**
   * What to put before a command so that it runs as this user, with no capabilities, and no way to
   * get any. Root keeps the agent's: who asks for root by name wants what root can do.
   */
  List<String> prefix() {
    List<String> prefix = new ArrayList<>(List.of("setpriv", "--no-new-privs"));
    if (become != null) {
      prefix.add("--reuid=" + become.id());
      prefix.add("--regid=" + become.group());
      prefix.add("--init-groups");
      if (become.id() != 0) {
        prefix.addAll(List.of("--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"));
      }
    }
    prefix.add("--");
    return prefix;
  }
}
