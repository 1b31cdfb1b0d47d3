package io.vipops.render;

import io.vipops.spec.Position;
import io.vipops.spec.Spec;
import java.util.List;
import java.util.Map;

/** A node's part of a spec, as files. */
public final class Renderer {
  private Renderer() {}

  /**
   * A generation and where each line of its files comes from.
   *
   * @param lines by file: for each line, from the first, where the spec says it
   */
  public record Rendering(Generation generation, Map<String, List<Position>> lines) {}

  /**
   * Renders {@code node}'s files.
   *
   * @throws IllegalArgumentException if the spec has no such node
   */
  public static Rendering render(Spec spec, String node, Host host) {
    throw new UnsupportedOperationException();
  }
}
