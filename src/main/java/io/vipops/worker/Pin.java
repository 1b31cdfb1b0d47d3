package io.vipops.worker;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * That somebody went back to an earlier generation: it stays until a commit comes that this node
 * had not seen then, or {@code vipops resume}.
 *
 * @param generation the one that stays
 * @param commit what it was rendered from
 * @param head the newest commit that the node had seen: it is not applied again
 * @param from the generation that was left; null: none was in force
 * @param at ISO 8601, UTC
 * @param pending the way there has not ended; a pin that is found so was interrupted
 */
public record Pin(
    String generation,
    String commit,
    String head,
    @Nullable String from,
    String at,
    boolean pending) {

  Pin held() {
    return new Pin(generation, commit, head, from, at, false);
  }

  /** For status, sync and history. */
  public String line() {
    return "pinned to generation "
        + generation
        + " (commit "
        + shown(commit)
        + ") by vipops rollback, until a commit newer than "
        + shown(head)
        + " or vipops resume";
  }

  private static String shown(String sha) {
    return sha.substring(0, Math.min(7, sha.length()));
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("generation", generation);
    json.put("commit", commit);
    json.put("head", head);
    json.put("from", from);
    json.put("at", at);
    json.put("pending", pending);
    return json;
  }

  static @Nullable Pin of(@Nullable Object json) {
    if (!(json instanceof Map<?, ?> map) || map.get("generation") == null) {
      return null;
    }
    Object from = map.get("from");
    return new Pin(
        map.get("generation") + "",
        map.get("commit") + "",
        map.get("head") + "",
        from == null ? null : from.toString(),
        map.get("at") + "",
        Boolean.TRUE.equals(map.get("pending")));
  }
}
