package io.vipops.probe;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Locale;

/** What a probe saw, in words for status and events. */
final class Text {
  private Text() {}

  static String of(IOException e) {
    if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
      String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      int detail = message.indexOf(" (");
      return detail < 0 ? message : message.substring(0, detail);
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  static String timeout(Duration timeout) {
    return "timeout after " + duration(timeout);
  }

  /** Whole seconds as {@code 2 s}, anything else as {@code 250 ms}. */
  static String duration(Duration duration) {
    long ms = duration.toMillis();
    return ms >= 1000 && ms % 1000 == 0 ? ms / 1000 + " s" : ms + " ms";
  }

  /** {@code 3 ms} since a {@link System#nanoTime} reading. */
  static String since(long startNs) {
    return (System.nanoTime() - startNs) / 1_000_000 + " ms";
  }
}
