package io.vipops.spec;

import java.util.Map;

/**
 * Where each part of a spec stands.
 *
 * @param positions by JSON pointer (RFC 6901), e.g. {@code /upstreams/backend/servers/0}; the key
 *     of a part, where it has one, by the pointer after {@link #KEY}
 */
public record SourceMap(Map<String, Position> positions) {
  static final String KEY = "#";

  /** The position of {@code pointer} or of the closest part around it. */
  public Position at(String pointer) {
    String part = pointer;
    while (true) {
      Position found = positions.get(part);
      if (found != null) {
        return found;
      }
      int slash = part.lastIndexOf('/');
      if (slash < 0) {
        return new Position("", 0, 0);
      }
      part = part.substring(0, slash);
    }
  }

  /** The position of the key of {@code pointer}; of the part itself where it has no key. */
  public Position keyAt(String pointer) {
    Position found = positions.get(KEY + pointer);
    return found == null ? at(pointer) : found;
  }
}
