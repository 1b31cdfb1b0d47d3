package io.vipops.worker;

import io.vipops.git.Commit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a pass ended.
 *
 * @param commit SHA; null: none was reached
 * @param generation the id that the commit renders to; null: it was not rendered
 * @param line for people
 * @param problems all that is wrong with the spec, one line each; null: nothing
 */
public record Outcome(
    Kind kind,
    @Nullable String commit,
    @Nullable String generation,
    String line,
    @Nullable String problems) {

  /**
   * {@code UNCHANGED}: the commit changes nothing on this node. {@code REFUSED}: the commit's
   * fault. {@code PINNED}: the head is what {@code vipops rollback} left. {@code ROLLED_BACK}: it
   * did so just now. {@code FAILED}: the host's fault, tried again. {@code HELD}: the node takes no
   * commit. {@code SUPERSEDED}: proven, then a newer commit came. {@code NOT_ADOPTED}: nginx's
   * configuration is not ours to change until somebody runs {@code vipops adopt}.
   */
  public enum Kind {
    APPLIED,
    UNCHANGED,
    REFUSED,
    FAILED,
    HELD,
    PAUSED,
    PINNED,
    ROLLED_BACK,
    SUPERSEDED,
    NOT_ADOPTED;

    /** As in messages and history. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The other way round; empty: a word of another version's. */
    static Optional<Kind> of(String word) {
      return Stream.of(values()).filter(it -> it.word().equals(word)).findFirst();
    }

    /** As a condition's reason, e.g. {@code NotAdopted}. */
    String reason() {
      StringBuilder reason = new StringBuilder();
      for (String part : word().split("_", -1)) {
        reason.append(part.substring(0, 1).toUpperCase(Locale.ROOT)).append(part.substring(1));
      }
      return reason.toString();
    }
  }

  /** {@code applied 3f2a9c81d0aa (commit 1a2b3c4 by A: subject) in 0.38 s, 1 reload}. */
  static Outcome of(Kind kind, Commit commit, @Nullable String generation, String detail) {
    String what = generation == null ? "" : generation + " ";
    boolean good = kind == Kind.APPLIED || kind == Kind.ROLLED_BACK;
    return new Outcome(
        kind,
        commit.sha(),
        generation,
        (kind == Kind.ROLLED_BACK ? "rolled back to" : kind.word().replace('_', ' '))
            + " "
            + what
            + "(commit "
            + commit.shortSha()
            + " by "
            + commit.authorName()
            + ": "
            + commit.subject()
            + (good ? ") " : "): ")
            + detail,
        null);
  }

  /** The same with more to say. */
  Outcome and(String more) {
    return new Outcome(kind, commit, generation, line + "; " + more, problems);
  }

  /** Whether what was asked for is in force. */
  public boolean ok() {
    return kind == Kind.APPLIED || kind == Kind.UNCHANGED || kind == Kind.ROLLED_BACK;
  }

  /** The reply to {@code sync}. */
  Map<String, @Nullable Object> reply() {
    Map<String, @Nullable Object> reply = new LinkedHashMap<>();
    reply.put("ok", ok());
    reply.put("outcome", kind.word());
    reply.put("commit", commit);
    reply.put("generation", generation);
    reply.put("line", line);
    reply.put("summary", kind.word() + "; what was in force stays in force");
    reply.put("problems", problems);
    return reply;
  }
}
