package io.vipops.apply;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * nginx's error log from some point on. It never decides anything: one killed worker is an {@code
 * [alert]} already. It only says why a proof did not come.
 */
final class ErrorLog {
  private static final int MAX_BYTES = 64 << 10;
  private static final Pattern SEVERE = Pattern.compile("\\[(emerg|alert|crit|error)] (\\d+)#");

  private final Path file;
  private final long from;

  private ErrorLog(Path file, long from) {
    this.file = file;
    this.from = from;
  }

  /** The log from its present end on. */
  static ErrorLog fromNow(Path file) {
    long size = 0;
    try {
      size = Files.size(file);
    } catch (IOException e) {
      // Not there yet: then all of it will be new.
    }
    return new ErrorLog(file, size);
  }

  /**
   * What process {@code pid} complained of since, the worst last line first; empty if nothing.
   * Other masters may write to the same file.
   */
  List<String> complaintsOf(long pid) {
    return complaints(Long.toString(pid));
  }

  /** What anybody complained of since: a master that did not come up is known by no number. */
  List<String> complaints() {
    return complaints(null);
  }

  private List<String> complaints(@Nullable String pid) {
    List<String> lines = new ArrayList<>();
    for (String line : tail().lines().toList()) {
      var found = SEVERE.matcher(line);
      if (found.find() && (pid == null || found.group(2).equals(pid))) {
        String text = line.substring(found.start()).replaceFirst("\\d+#\\d+: ", "").strip();
        if (!lines.contains(text)) {
          lines.add(text);
        }
      }
    }
    lines.sort((a, b) -> Boolean.compare(b.startsWith("[emerg]"), a.startsWith("[emerg]")));
    return lines;
  }

  private String tail() {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      long start = log.length() < from ? 0 : Math.max(from, log.length() - MAX_BYTES);
      log.seek(start);
      byte[] bytes = new byte[(int) Math.min(MAX_BYTES, log.length() - start)];
      log.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return ""; // rotated away or never there: no reason to give
    }
  }
}
