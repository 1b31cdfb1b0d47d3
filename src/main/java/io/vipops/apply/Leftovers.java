package io.vipops.apply;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code nginx -t} leaves on a host: an empty pid file and empty logs, wherever the
 * configuration names some. An empty pid file of ours would confuse {@code nginx -s reload}.
 */
final class Leftovers {
  private static final Pattern NAMED =
      Pattern.compile("(?m)(?:^|[;{}])\\s*(?:pid|error_log|access_log)\\s+([^\\s;\"']+)");
  private static final Pattern COMPILED_IN =
      Pattern.compile("--(?:pid|error-log|http-log)-path=(\\S+)");

  /** Time stamps of files come from a clock that ticks every few milliseconds. */
  private static final int TICK_MS = 20;

  private final Instant from = Instant.now().minusMillis(TICK_MS);

  private Leftovers() {}

  /** Of runs of nginx from now on. */
  static Leftovers fromNow() {
    return new Leftovers();
  }

  /**
   * Removes the empty files that appeared since.
   *
   * @param text configuration and output of {@code nginx -V}: what they name is looked at
   */
  void remove(String... text) throws IOException {
    Set<Path> named = new TreeSet<>();
    for (String each : text) {
      for (Pattern pattern : new Pattern[] {NAMED, COMPILED_IN}) {
        Matcher matcher = pattern.matcher(each);
        while (matcher.find()) {
          named.add(Path.of(matcher.group(1)));
        }
      }
    }
    for (Path file : named) {
      if (file.isAbsolute()
          && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && Files.size(file) == 0
          && Files.getLastModifiedTime(file).toInstant().isAfter(from)) {
        Files.delete(file);
      }
    }
  }
}
