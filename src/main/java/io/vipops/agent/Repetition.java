package io.vipops.agent;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps a line that comes again and again to one a minute, with how often it came meanwhile. */
final class Repetition {
  private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(60);

  /** Lines that are remembered; with more, the oldest may be said too often. */
  private static final int MOST = 256;

  private static final class Said {
    long atNs;
    long since;
  }

  private final Map<String, Said> lines =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Said> eldest) {
          return size() > MOST;
        }
      };

  /** What to say of {@code line} now; null: nothing, it was said within the last minute. */
  @Nullable String line(String line, long nowNs) {
    Said said = lines.get(line);
    if (said == null) {
      said = new Said();
      lines.put(line, said);
    } else if (nowNs - said.atNs < QUIET_NS) {
      said.since++;
      return null;
    }
    String text =
        said.since == 0 ? line : line + " (and " + said.since + " times more since last said)";
    said.atNs = nowNs;
    said.since = 0;
    return text;
  }
}
