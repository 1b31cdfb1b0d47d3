package io.vipops.spec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lines that problems point at. */
public final class SourceLines {
  /** A file and where its lines begin, and one more: where the next would. */
  private record Indexed(byte[] bytes, int[] starts) {}

  private final Map<String, SpecReader.SourceFile> files = new HashMap<>();
  private final Map<String, Indexed> indexed = new HashMap<>();

  public SourceLines(List<SpecReader.SourceFile> files) {
    for (SpecReader.SourceFile file : files) {
      this.files.putIfAbsent(file.name(), file);
    }
  }

  /**
   * The text of the line as it may be shown, without its end and with asterisks for each password;
   * null: there is none.
   */
  public @Nullable String line(Position at) {
    SpecReader.SourceFile file = files.get(at.file());
    if (file == null) {
      return null;
    }
    Indexed lines = indexed.computeIfAbsent(at.file(), name -> index(shown(file)));
    if (at.line() < 1 || at.line() >= lines.starts.length) {
      return null;
    }
    int from = lines.starts[at.line() - 1];
    int length = lines.starts[at.line()] - 1 - from;
    String text = new String(lines.bytes, from, length, StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private static byte[] shown(SpecReader.SourceFile file) {
    String masked = SecretMask.of(file.name(), file.bytes());
    return masked == null ? file.bytes() : masked.getBytes(StandardCharsets.UTF_8);
  }

  private static Indexed index(byte[] bytes) {
    int[] starts = new int[64];
    int count = 1;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '\n') {
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, count * 2);
        }
        starts[count++] = i + 1;
      }
    }
    return new Indexed(bytes, Arrays.copyOf(starts, count));
  }
}
