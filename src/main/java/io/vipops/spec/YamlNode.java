package io.vipops.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a YAML document that knows where it was written. */
public sealed interface YamlNode {
  /** Where it begins; for an alias, where the alias stands. */
  Position at();

  /** The same content, written at {@code at}. */
  YamlNode movedTo(Position at);

  /** The content as {@code Map}, {@code List}, {@code String}, {@code Long} and so on. */
  @Nullable Object plain();

  /**
   * A single value.
   *
   * @param text as written, e.g. {@code 1.10}, for where a string is wanted
   * @param value the text by the YAML 1.2 core schema: {@code String}, {@code Long}, {@code
   *     Double}, {@code Boolean} or null
   */
  record Scalar(Position at, String text, @Nullable Object value) implements YamlNode {
    @Override
    public Scalar movedTo(Position at) {
      return new Scalar(at, text, value);
    }

    @Override
    public @Nullable Object plain() {
      return value;
    }
  }

  /** A list. */
  record Sequence(Position at, List<YamlNode> items) implements YamlNode {
    @Override
    public Sequence movedTo(Position at) {
      return new Sequence(at, items);
    }

    @Override
    public Object plain() {
      List<@Nullable Object> plain = new ArrayList<>(items.size());
      for (YamlNode item : items) {
        plain.add(item.plain());
      }
      return plain;
    }
  }

  /** A map, in the order in which it was written. */
  record Mapping(Position at, Map<String, Entry> entries) implements YamlNode {
    @Override
    public Mapping movedTo(Position at) {
      return new Mapping(at, entries);
    }

    @Override
    public Object plain() {
      Map<String, @Nullable Object> plain = new LinkedHashMap<>();
      for (Map.Entry<String, Entry> entry : entries.entrySet()) {
        plain.put(entry.getKey(), entry.getValue().value().plain());
      }
      return plain;
    }
  }

  /** A key's place and its value. */
  record Entry(Position keyAt, YamlNode value) {}
}
