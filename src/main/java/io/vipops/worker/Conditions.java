package io.vipops.worker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What holds of this node's half of GitOps: type, whether, since when, and why. */
final class Conditions {
  static final String READY = "Ready";
  static final String STALLED = "Stalled";
  static final String FETCH_FAILED = "FetchFailed";
  static final String PAUSED = "Paused";
  static final String ROLLED_BACK = "RolledBack";

  static final String HISTORY_LOST = "HistoryLost";
  static final String DRIFTED = "Drifted";
  static final String SOURCE_VERIFIED = "SourceVerified";

  private record Condition(boolean status, String reason, String message, Instant since) {}

  private final Map<String, Condition> byType = new LinkedHashMap<>();

  /** Sets one; its time changes only with its status. */
  void set(String type, boolean status, String reason, String message, Instant now) {
    Condition before = byType.get(type);
    Instant since = before == null || before.status != status ? now : before.since;
    byType.put(type, new Condition(status, reason, message, since));
  }

  /** It holds no longer; what was said when it last ended stays. */
  void clear(String type, Instant now) {
    Condition before = byType.get(type);
    if (before == null || before.status) {
      set(type, false, "", "", now);
    }
  }

  /** As {@code status.json} shows them. */
  List<Map<String, Object>> shown() {
    List<Map<String, Object>> all = new ArrayList<>();
    byType.forEach(
        (type, condition) -> {
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("type", type);
          one.put("status", condition.status());
          one.put("reason", condition.reason());
          one.put("message", condition.message());
          one.put("since", Times.shown(condition.since()));
          all.add(one);
        });
    return all;
  }
}
