package io.vipops.spec;

import io.vipops.spec.Upstream.Timeouts;
import java.util.List;
import java.util.Locale;

/**
 * What hosts on listeners are answered with.
 *
 * @param hosts empty: the listeners' default
 * @param rules at least one; the most specific path wins
 */
public record Route(List<String> listeners, List<String> hosts, List<Rule> rules) {

  /** One path and what answers it. */
  public record Rule(PathMatch path, Action action, Timeouts timeouts) {}

  /**
   * Which request paths: {@code EXACT} only this one, {@code PREFIX} this one and all below it, by
   * whole segments.
   */
  public record PathMatch(Kind kind, String value) {
    /** A rule without a path. */
    public static final PathMatch ALL = new PathMatch(Kind.PREFIX, "/");

    public enum Kind {
      EXACT,
      PREFIX
    }

    @Override
    public String toString() {
      return kind.name().toLowerCase(Locale.ROOT) + " " + value;
    }
  }

  /** What a rule does with a request. */
  public sealed interface Action {
    record Proxy(String upstream) implements Action {}

    /** {@code to} is a path or an absolute URL; {@code status} 301, 302, 303, 307 or 308. */
    record Redirect(String to, int status) implements Action {}
  }
}
