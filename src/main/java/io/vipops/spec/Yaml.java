package io.vipops.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** YAML text to plain values, within limits that keep hostile text from exhausting memory. */
public final class Yaml {
  private Yaml() {}

  /**
   * What was read.
   *
   * @param root {@code Map<String, Object>}, {@code List}, {@code String}, {@code Long}, {@code
   *     Double}, {@code Boolean} or null, by the YAML 1.2 core schema
   */
  public record Document(@Nullable Object root, SourceMap source, List<Problem> problems) {}

  /** Reads one document; what is wrong with it is in the problems. */
  public static Document read(String file, byte[] bytes) {
    throw new UnsupportedOperationException();
  }
}
