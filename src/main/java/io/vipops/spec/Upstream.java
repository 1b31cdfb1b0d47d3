package io.vipops.spec;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group of servers that requests are spread over.
 *
 * @param keepalive idle connections kept per worker process; 0: none
 */
public record Upstream(
    String name, Balance balance, List<Server> servers, int keepalive, Timeouts timeouts) {

  /** How the next server is chosen; nginx's methods. */
  public sealed interface Balance {
    record RoundRobin() implements Balance {}

    record LeastConn() implements Balance {}

    record IpHash() implements Balance {}

    record Random() implements Balance {}

    /** {@code key} is text with nginx variables, e.g. {@code $request_uri}. */
    record Hash(String key, boolean consistent) implements Balance {}
  }

  /** Null: nginx's default (60 s). */
  public record Timeouts(
      @Nullable Duration connect, @Nullable Duration read, @Nullable Duration send) {
    public static final Timeouts DEFAULT = new Timeouts(null, null, null);
  }
}
