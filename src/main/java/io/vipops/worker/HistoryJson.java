package io.vipops.worker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of {@code history.json}. What is there in another form is a {@link RuntimeException}.
 */
final class HistoryJson {
  private HistoryJson() {}

  static Map<String, @Nullable Object> encode(History.Entry entry) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("context", entry.context());
    json.put("commit", entry.commit());
    json.put("author", entry.author());
    json.put("subject", entry.subject());
    json.put("outcome", entry.outcome());
    json.put("generation", entry.generation());
    json.put("at", entry.at());
    json.put("line", entry.line());
    json.put("step_ms", entry.stepMs());
    json.put("rollback", entry.rollback());
    json.put("moved", entry.moved().json());
    return json;
  }

  @SuppressWarnings("unchecked")
  static History.Entry entry(@Nullable Object json) {
    Map<String, @Nullable Object> map = map(json);
    return new History.Entry(
        text(map, "context"),
        text(map, "commit"),
        text(map, "author"),
        text(map, "subject"),
        text(map, "outcome"),
        optional(map, "generation"),
        text(map, "at"),
        text(map, "line"),
        map.get("step_ms") instanceof Map<?, ?> ms ? (Map<String, Long>) ms : Map.of(),
        Boolean.TRUE.equals(map.get("rollback")),
        Moved.of(map.get("moved")));
  }

  static Map<String, @Nullable Object> encode(History.Denial denial) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("context", denial.context());
    json.put("line", denial.line());
    json.put("problems", denial.problems());
    return json;
  }

  static History.Denial denial(@Nullable Object json) {
    Map<String, @Nullable Object> map = map(json);
    return new History.Denial(text(map, "context"), text(map, "line"), optional(map, "problems"));
  }

  @SuppressWarnings("unchecked")
  static Map<String, @Nullable Object> map(@Nullable Object json) {
    return json == null ? Map.of() : (Map<String, @Nullable Object>) as(Map.class, json);
  }

  static List<?> list(@Nullable Object json) {
    return json == null ? List.of() : as(List.class, json);
  }

  static @Nullable String optional(Map<String, @Nullable Object> json, String key) {
    Object value = json.get(key);
    return value == null ? null : as(String.class, value);
  }

  private static <T> T as(Class<T> type, Object json) {
    if (!type.isInstance(json)) {
      throw new IllegalArgumentException("'" + json + "' is no " + type.getSimpleName());
    }
    return type.cast(json);
  }

  private static String text(Map<String, @Nullable Object> json, String key) {
    String text = optional(json, key);
    if (text == null) {
      throw new IllegalArgumentException("no " + key + " in an entry");
    }
    return text;
  }
}
