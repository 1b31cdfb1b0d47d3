package io.vipops.render;

import io.vipops.spec.Position;
import io.vipops.spec.SourceMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The lines of one rendered file, each with the part of the spec that it says. */
final class Lines {
  private static final Position OURS = new Position("", 0, 0);

  private final String indent;
  private final StringBuilder text = new StringBuilder();
  private final List<Pointer> origins = new ArrayList<>();
  private int depth;

  /**
   * @param indent one step of it
   */
  Lines(String indent) {
    this.indent = indent;
  }

  /**
   * Adds one line.
   *
   * @param line without line breaks; empty: no indentation either
   */
  void add(Pointer origin, String line) {
    if (!line.isEmpty()) {
      text.append(indent.repeat(depth)).append(line);
    }
    text.append('\n');
    origins.add(origin);
  }

  void indent() {
    depth++;
  }

  void outdent() {
    depth--;
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** For each line where {@code source} has it; {@code ("", 0, 0)} for vipops' own lines. */
  List<Position> positions(SourceMap source) {
    return origins.stream().map(origin -> position(source, origin.text())).toList();
  }

  /** Of the key; of the closest part around it where the spec leaves this one to its default. */
  private static Position position(SourceMap source, String pointer) {
    String part = pointer;
    while (!part.isEmpty()) {
      if (source.positions().containsKey(part)) {
        return source.keyAt(part);
      }
      part = part.substring(0, part.lastIndexOf('/'));
    }
    return OURS;
  }
}
