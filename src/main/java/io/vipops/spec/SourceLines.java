package io.vipops.spec;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lines that problems point at. */
public final class SourceLines {
  private final List<SpecReader.SourceFile> files;

  public SourceLines(List<SpecReader.SourceFile> files) {
    this.files = files;
  }

  /** The text of the line, without its end; null: there is none. */
  public @Nullable String line(Position at) {
    for (SpecReader.SourceFile file : files) {
      if (file.name().equals(at.file()) && at.line() > 0) {
        return line(file.bytes(), at.line());
      }
    }
    return null;
  }

  private static @Nullable String line(byte[] bytes, int number) {
    int line = 1;
    int from = 0;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '\n') {
        if (line == number) {
          String text = new String(bytes, from, i - from, StandardCharsets.UTF_8);
          return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }
        line++;
        from = i + 1;
      }
    }
    return null;
  }
}
