package io.vipops.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was compared with what.
 *
 * @param notes what the reader has to know of it, each a sentence
 */
public record Compared(Origin from, Origin to, List<String> notes) {
  /** Where a side comes from. */
  public enum Kind {
    PATH,
    REVISION,
    AGENT,
    NOTHING
  }

  /**
   * @param name the path or revision as the user gave it, or the agent's node
   * @param path the spec's file or folder; in a repository from its top
   * @param commit its SHA; null: it is of no commit
   * @param subject of the commit
   */
  public record Origin(
      Kind kind, String name, String path, @Nullable String commit, @Nullable String subject) {
    public static final Origin NOTHING = new Origin(Kind.NOTHING, "", "", null, null);

    /** E.g. {@code HEAD 1a2b3c4 "add b104"}. */
    public String words() {
      return PlainText.line(
          switch (kind) {
            case PATH -> name + " (on disk)";
            case REVISION -> revision();
            case AGENT -> "what " + name + " runs, " + shown();
            case NOTHING -> "nothing";
          });
    }

    private String revision() {
      String sha = String.valueOf(commit);
      return name.length() >= 7 && sha.startsWith(name) ? shown() : name + " " + shown();
    }

    private String shown() {
      String sha = String.valueOf(commit);
      return sha.substring(0, Math.min(7, sha.length())) + " \"" + subject + "\"";
    }
  }

  /** One line. */
  public String words() {
    return to.words() + " against " + from.words();
  }
}
