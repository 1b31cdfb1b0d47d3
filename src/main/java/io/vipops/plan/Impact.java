package io.vipops.plan;

import java.util.Locale;
import java.util.Map;

/**
 * One thing that a change does to one node.
 *
 * @param name of the instance, upstream, ...; empty where there is only one of the kind
 * @param text for people, e.g. {@code VIP web: stays}
 * @param details for programs: values that {@link io.vipops.json.Json} can write
 */
public record Impact(Kind kind, String name, Risk risk, String text, Map<String, ?> details) {
  /** What it is about, the most important first. */
  public enum Kind {
    NODE,
    VIP,
    NGINX,
    VRRP,
    CHECK,
    LISTENER,
    UPSTREAM,
    ROUTE,
    OTHER;

    /** For programs. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Impact {
    text = PlainText.line(text);
  }

  static Impact of(Kind kind, String name, Risk risk, String text) {
    return new Impact(kind, name, risk, text, Map.of());
  }
}
