package io.vipops.probe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The loopback address where nginx says which generation its workers run: the only proof that a
 * reload took effect. {@code GET /generation} answers 200 with the id as its text.
 */
public final class GenerationEndpoint {
  private GenerationEndpoint() {}

  /**
   * @param id what a worker answered, without white space around it; null: no answer to trust
   * @param text the same for people, e.g. {@code generation 3f2a9c81d0aa} or {@code connection
   *     refused}
   * @param late whether none came in time: that says nothing about which generation is run
   */
  public record Answer(@Nullable String id, String text, boolean late) {
    private static Answer none(String text) {
      return new Answer(null, "generation endpoint: " + text, false);
    }
  }

  /**
   * Asks once. Never throws; returns at the latest after {@code timeout}.
   *
   * @param timeout for connect, request and answer together
   */
  public static Answer ask(InetSocketAddress endpoint, Duration timeout) {
    try {
      HttpGet.Response response = HttpGet.get(endpoint, "localhost", "/generation", timeout);
      if (response.status() != 200) {
        return Answer.none("http " + response.status());
      }
      String id = response.text().strip();
      if (id.isEmpty() || id.length() > 64) {
        return Answer.none("no id in the answer");
      }
      return new Answer(id, "generation " + id, false);
    } catch (SocketTimeoutException e) {
      return new Answer(null, "generation endpoint: " + Text.timeout(timeout), true);
    } catch (IOException e) {
      return Answer.none(Text.of(e));
    }
  }
}
