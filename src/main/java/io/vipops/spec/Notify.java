package io.vipops.spec;

import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * A command that is run when an instance has come to a state.
 *
 * @param on states whose beginning runs it; at least one
 * @param command absolute path and arguments; no shell. Appended are the instance's name, the
 *     state, the reason in words and the effective priority
 * @param user null: an unprivileged one of the host's, never root
 * @param timeout after which it is killed
 */
public record Notify(
    SortedSet<State> on, List<String> command, @Nullable String user, Duration timeout) {
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** As the spec writes them, in capitals. */
  public enum State {
    ACTIVE,
    BACKUP,
    FAULT
  }
}
