package io.vipops.render;

import io.vipops.spec.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A generation's {@code manifest.json}: what it was made of, and of which content its files must
 * be. Not among the files that give a generation its id.
 *
 * @param generation the id
 * @param commit the SHA that it was first rendered from
 * @param version of the vipops that rendered it
 * @param hashes SHA-256 by file, 64 hex digits
 * @param lines by file: where the spec says its lines; vipops' own are left out
 */
public record Manifest(
    String generation,
    String commit,
    String version,
    SortedMap<String, String> hashes,
    SortedMap<String, List<Span>> lines) {

  /** Its name in the generation's folder. */
  public static final String NAME = "manifest.json";

  /**
   * Rendered lines that one line of the spec says.
   *
   * @param from first rendered line, from 1
   * @param to last rendered line
   * @param source {@code file:line} of the spec
   */
  public record Span(int from, int to, String source) {}

  /** The manifest of a rendering. */
  public static Manifest of(Renderer.Rendering rendering, String commit, String version) {
    SortedMap<String, List<Span>> lines = new TreeMap<>();
    rendering.lines().forEach((file, positions) -> lines.put(file, spans(positions)));
    return new Manifest(
        rendering.generation().id(),
        commit,
        version,
        hashes(rendering.generation().files()),
        lines);
  }

  /** Encodes as {@link Sealed} JSON, on one line. */
  public byte[] encode() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", 1L);
    json.put("generation", generation);
    json.put("commit", commit);
    json.put("vipops", version);
    json.put("sha256", hashes);
    Map<String, Object> spans = new LinkedHashMap<>();
    lines.forEach(
        (file, list) ->
            spans.put(file, list.stream().map(s -> List.of(s.from, s.to, s.source)).toList()));
    json.put("lines", spans);
    return Sealed.encode(json);
  }

  /** Decodes what {@link #encode} wrote; empty where {@code json} is anything else. */
  public static Optional<Manifest> decode(byte[] json) {
    Map<String, @Nullable Object> object = Sealed.decode(json).orElse(Map.of());
    if (!(object.get("generation") instanceof String generation)
        || !(object.get("commit") instanceof String commit)
        || !(object.get("vipops") instanceof String version)
        || !(object.get("sha256") instanceof Map<?, ?> sha256)
        || !(object.get("lines") instanceof Map<?, ?> spans)) {
      return Optional.empty();
    }
    SortedMap<String, String> hashes = new TreeMap<>();
    sha256.forEach((file, hash) -> hashes.put(String.valueOf(file), String.valueOf(hash)));
    SortedMap<String, List<Span>> lines = new TreeMap<>();
    spans.forEach((file, list) -> lines.put(String.valueOf(file), decodeSpans(list)));
    return Optional.of(new Manifest(generation, commit, version, hashes, lines));
  }

  /**
   * The files that are missing, too many, or of another content than the manifest says.
   *
   * @param found SHA-256 by file, 64 hex digits
   */
  public SortedSet<String> differences(SortedMap<String, String> found) {
    SortedSet<String> names = new TreeSet<>(hashes.keySet());
    names.addAll(found.keySet());
    names.removeIf(name -> hashes.containsKey(name) && hashes.get(name).equals(found.get(name)));
    return names;
  }

  /** SHA-256 by file, 64 hex digits. */
  public static SortedMap<String, String> hashes(SortedMap<String, byte[]> files) {
    SortedMap<String, String> hashes = new TreeMap<>();
    files.forEach((file, content) -> hashes.put(file, GenerationId.hash(content)));
    return hashes;
  }

  private static List<Span> spans(List<Position> positions) {
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < positions.size(); ) {
      int first = i;
      Position source = positions.get(first);
      while (i < positions.size() && sameLine(positions.get(i), source)) {
        i++;
      }
      if (source.line() > 0) {
        spans.add(new Span(first + 1, i, source.file() + ":" + source.line()));
      }
    }
    return List.copyOf(spans);
  }

  private static boolean sameLine(Position a, Position b) {
    return a.line() == b.line() && a.file().equals(b.file());
  }

  private static List<Span> decodeSpans(@Nullable Object list) {
    List<Span> spans = new ArrayList<>();
    if (list instanceof List<?> items) {
      for (Object item : items) {
        if (item instanceof List<?> span
            && span.size() == 3
            && span.get(0) instanceof Long from
            && span.get(1) instanceof Long to
            && span.get(2) instanceof String source) {
          spans.add(new Span(from.intValue(), to.intValue(), source));
        }
      }
    }
    return List.copyOf(spans);
  }
}
