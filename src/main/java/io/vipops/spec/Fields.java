package io.vipops.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map of a YAML document, read key by key with types. What is wrong becomes a problem and the
 * fallback is returned: the reader goes on and finds the next fault, and looks at the problems in
 * the end. After the last key, {@link #done} reports those that nobody asked for.
 */
public final class Fields {
  private final YamlNode.Mapping map;
  private final List<Problem> problems;
  private final Set<String> known = new LinkedHashSet<>();

  public Fields(YamlNode.Mapping map, List<Problem> problems) {
    this.map = map;
    this.problems = problems;
  }

  /**
   * The document as one map.
   *
   * @return null where it is none, or could not be read; the problems then say so
   */
  public static @Nullable Fields of(Yaml.Document document, List<Problem> problems) {
    YamlNode.Mapping root = document.mapping(problems);
    return root == null ? null : new Fields(root, problems);
  }

  /** The value's position; the map's where the key is missing. */
  public Position at(String key) {
    YamlNode.Entry entry = map.entries().get(key);
    return entry == null ? map.at() : entry.value().at();
  }

  /** The key's position; the map's where it is missing. */
  public Position keyAt(String key) {
    YamlNode.Entry entry = map.entries().get(key);
    return entry == null ? map.at() : entry.keyAt();
  }

  /** Where the map begins. */
  public Position at() {
    return map.at();
  }

  /** The keys that are given, in their order. */
  public Set<String> keys() {
    return map.entries().keySet();
  }

  /** Whether the key is there with a value other than null. */
  public boolean has(String key) {
    return node(key) != null;
  }

  /** Text; a number that is not quoted keeps its spelling. */
  public @Nullable String string(String key) {
    YamlNode node = node(key);
    return node == null ? null : text(key, node);
  }

  /** Text, or {@code fallback} where the key is missing. */
  public String string(String key, String fallback) {
    String text = string(key);
    return text == null ? fallback : text;
  }

  /** Text that must be there and not empty; {@code ""} after a problem. */
  public String required(String key) {
    if (!has(key)) {
      error("missing-key", map.at(), key + " is missing");
      return "";
    }
    int before = problems.size();
    String text = string(key, "");
    if (text.isEmpty() && problems.size() == before) {
      error("bad-value", at(key), key + " must not be empty");
    }
    return text;
  }

  /** One of {@code allowed}; {@code fallback} where the key is missing. */
  public String oneOf(String key, String fallback, List<String> allowed) {
    String text = string(key, fallback);
    if (allowed.contains(text) || !has(key)) {
      return text;
    }
    String list = String.join(", ", allowed);
    error(
        "bad-value",
        at(key),
        key + " must be one of " + list + ", not " + text + Closest.hint(text, allowed));
    return fallback;
  }

  public boolean bool(String key, boolean fallback) {
    YamlNode node = node(key);
    if (node == null) {
      return fallback;
    }
    if (node.plain() instanceof Boolean value) {
      return value;
    }
    error("wrong-type", node.at(), key + " must be true or false");
    return fallback;
  }

  /** A whole number from {@code min} to {@code max}. */
  public int integer(String key, int min, int max, int fallback) {
    YamlNode node = node(key);
    if (node == null) {
      return fallback;
    }
    if (!(node.plain() instanceof Long value)) {
      error("wrong-type", node.at(), key + " must be a whole number");
    } else if (value < min || value > max) {
      String range = min == max ? "" + min : min + " to " + max;
      error("out-of-range", node.at(), key + " must be " + range + ", not " + value);
    } else {
      return value.intValue();
    }
    return fallback;
  }

  /** A duration from {@code min} to {@code max}. */
  public Duration duration(String key, Duration min, Duration max, Duration fallback) {
    YamlNode node = node(key);
    String text = node == null ? null : text(key, node);
    if (node == null || text == null) {
      return fallback;
    }
    Duration value = Durations.parse(text);
    if (value == null) {
      error("bad-duration", node.at(), key + " " + durationHint(text));
    } else if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      String range = Durations.format(min) + " to " + Durations.format(max);
      error("out-of-range", node.at(), key + " must be " + range + ", not " + text);
    } else {
      return value;
    }
    return fallback;
  }

  /** What to do about a text that is no duration. */
  static String durationHint(String text) {
    return Durations.parse(text + "s") != null
        ? "needs a unit: did you mean " + text + "s?"
        : "must be a duration such as 500ms, 10s, 5m or 1h, not " + text;
  }

  /** A map inside this one; null where it is missing. */
  public @Nullable Fields map(String key) {
    YamlNode node = node(key);
    return node == null ? null : asMap(key, node);
  }

  /** The maps inside this map, by name, in their order; empty where the key is missing. */
  public Map<String, Fields> maps(String key) {
    Map<String, Fields> maps = new LinkedHashMap<>();
    Fields outer = map(key);
    if (outer != null) {
      outer.map.entries().forEach((name, entry) -> put(maps, name, asMap(name, entry.value())));
    }
    return maps;
  }

  private static void put(Map<String, Fields> maps, String name, @Nullable Fields inner) {
    if (inner != null) {
      maps.put(name, inner);
    }
  }

  /** The maps of a list; empty where the key is missing. */
  public List<Fields> list(String key) {
    List<Fields> maps = new ArrayList<>();
    for (YamlNode item : items(key)) {
      Fields inner = asMap("an item of " + key, item);
      if (inner != null) {
        maps.add(inner);
      }
    }
    return maps;
  }

  /** The texts of a list; empty where the key is missing. */
  public List<String> strings(String key) {
    List<String> texts = new ArrayList<>();
    for (YamlNode item : items(key)) {
      String text = text("an item of " + key, item);
      if (text != null) {
        texts.add(text);
      }
    }
    return texts;
  }

  /** The nodes of a list; empty where the key is missing. */
  public List<YamlNode> items(String key) {
    YamlNode node = node(key);
    if (node == null) {
      return List.of();
    }
    if (node instanceof YamlNode.Sequence list) {
      return list.items();
    }
    error("wrong-type", node.at(), key + " must be a list");
    return List.of();
  }

  /** The value as it was written; null where the key is missing or null. */
  public @Nullable YamlNode node(String key) {
    known.add(key);
    YamlNode.Entry entry = map.entries().get(key);
    if (entry == null || (entry.value() instanceof YamlNode.Scalar it && it.value() == null)) {
      return null;
    }
    return entry.value();
  }

  /** Checks the key {@code version}: it must be there and 1. */
  public void requireVersion() {
    if (!has("version")) {
      error("missing-key", map.at(), "version is missing: begin the file with version: 1");
    } else {
      integer("version", 1, 1, 1);
    }
  }

  /** A map without keys, in the place of one that is not given. */
  public Fields empty() {
    return new Fields(new YamlNode.Mapping(map.at(), Map.of()), problems);
  }

  /** A map that is read like this one. */
  Fields inner(YamlNode.Mapping inner) {
    return new Fields(inner, problems);
  }

  /** An item that may be short, just the text of {@code key}, or a map. */
  Fields longForm(YamlNode item, String key) {
    if (item instanceof YamlNode.Mapping inner) {
      return inner(inner);
    }
    YamlNode.Entry only = new YamlNode.Entry(item.at(), item);
    return inner(new YamlNode.Mapping(item.at(), Map.of(key, only)));
  }

  /** Says that {@code key}'s feature does not exist yet, where the key is given. */
  public void notSupported(String key) {
    if (has(key)) {
      error("not-supported", keyAt(key), key + " is not supported yet");
    }
  }

  /** Reports every key that nobody asked for. */
  public void done() {
    for (Map.Entry<String, YamlNode.Entry> entry : map.entries().entrySet()) {
      String key = entry.getKey();
      if (!known.contains(key)) {
        String message = "unknown key " + key + Closest.hint(key, known);
        error("unknown-key", entry.getValue().keyAt(), message);
      }
    }
  }

  /** Refuses what no path or argument can have. */
  void refuseControls(String key) {
    String text = string(key, "");
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        error("bad-value", at(key), key + " must not contain control characters");
        return;
      }
    }
  }

  /** Adds an error. */
  public void error(String rule, Position at, String message) {
    problems.add(new Problem(Severity.ERROR, rule, at, message));
  }

  private @Nullable String text(String key, YamlNode node) {
    if (node instanceof YamlNode.Scalar scalar
        && (scalar.value() instanceof String || scalar.value() instanceof Number)) {
      return scalar.text();
    }
    error("wrong-type", node.at(), key + " must be text");
    return null;
  }

  private @Nullable Fields asMap(String key, YamlNode node) {
    if (node instanceof YamlNode.Mapping inner) {
      return new Fields(inner, problems);
    }
    error("wrong-type", node.at(), key + " must be keys and values");
    return null;
  }
}
