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
   */
  public record Answer(@Nullable String id, String text) {}

  /**
   * Asks once. Never throws; returns at the latest after {@code timeout}.
   *
   * @param timeout for connect, request and answer together
   */
  public static Answer ask(InetSocketAddress endpoint, Duration timeout) {
    try {
      HttpGet.Response response = HttpGet.get(endpoint, "localhost", "/generation", timeout);
      if (response.status() != 200) {
        return new Answer(null, "generation endpoint: http " + response.status());
      }
      String id = response.text().strip();
      if (id.isEmpty() || id.length() > 64) {
        return new Answer(null, "generation endpoint: no id in the answer");
      }
      return new Answer(id, "generation " + id);
    } catch (SocketTimeoutException e) {
      return new Answer(null, "generation endpoint: " + Text.timeout(timeout));
    } catch (IOException e) {
      return new Answer(null, "generation endpoint: " + Text.of(e));
    }
  }
}
