package io.vipops.render;

import io.vipops.spec.Route.PathMatch;
import io.vipops.spec.Route.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A route's rules as nginx locations. nginx's prefixes match by characters, ours by whole segments:
 * {@code /api} becomes {@code = /api} and {@code /api/}. The second alone would make nginx answer
 * {@code /api} with a redirect of its own.
 */
final class Locations {
  /**
   * One location.
   *
   * @param exact {@code location = path} rather than {@code location path}
   * @param rule its index in the route
   */
  record Location(boolean exact, String path, int rule) {
    String[] match() {
      return exact ? new String[] {"=", path} : new String[] {path};
    }
  }

  private final List<Location> locations = new ArrayList<>();
  private final Set<String> exact = new HashSet<>();
  private final Set<String> prefixes = new HashSet<>();

  private Locations(List<Rule> rules) {
    for (Rule rule : rules) {
      if (rule.path().kind() == PathMatch.Kind.EXACT) {
        exact.add(rule.path().value());
      }
    }
    Set<String> claimed = new HashSet<>();
    for (int i = 0; i < rules.size(); i++) {
      PathMatch path = rules.get(i).path();
      if (path.kind() == PathMatch.Kind.EXACT) {
        if (claimed.add(path.value())) {
          locations.add(new Location(true, path.value(), i));
        }
      } else {
        addPrefix(path.value(), i);
      }
    }
  }

  /** In the order of the rules; no location twice. */
  static List<Location> of(List<Rule> rules) {
    return new Locations(rules).locations;
  }

  private void addPrefix(String value, int rule) {
    String segments = value.replaceFirst("/+$", "");
    if (!prefixes.add(segments)) {
      return;
    }
    if (!segments.isEmpty() && !exact.contains(segments)) {
      locations.add(new Location(true, segments, rule));
    }
    locations.add(new Location(false, segments + "/", rule));
  }
}
