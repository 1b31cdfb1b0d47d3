package io.vipops.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** One item of {@code routes} to its record. */
final class RouteDecoder {
  /** Stands where a route could not be decoded. */
  static final Route NONE = new Route(List.of(), List.of(), List.of());

  private static final List<String> RULE_KEYS = List.of("path", "upstream", "redirect", "timeouts");

  private RouteDecoder() {}

  static Route route(String name, Fields in) {
    List<String> hosts = new ArrayList<>();
    for (String host : in.strings("hosts")) {
      hosts.add(host.toLowerCase(Locale.ROOT));
    }
    return new Route(
        Collections.unmodifiableList(in.strings("listeners")),
        Collections.unmodifiableList(hosts),
        rules(in));
  }

  private static List<Route.Rule> rules(Fields in) {
    if (!in.has("rules")) {
      return List.of(rule(in));
    }
    for (String key : RULE_KEYS) {
      if (in.has(key)) {
        String message = key + " stands beside rules: put it into one of them";
        in.error(RuleId.RULE_ACTION.id, in.keyAt(key), message);
      }
    }
    List<Route.Rule> rules = new ArrayList<>();
    for (Fields rule : in.list("rules")) {
      rules.add(rule(rule));
    }
    return Collections.unmodifiableList(rules);
  }

  private static Route.Rule rule(Fields in) {
    return new Route.Rule(path(in), action(in), UpstreamDecoder.timeouts(in));
  }

  private static Route.PathMatch path(Fields in) {
    Fields path = in.map("path");
    if (path == null) {
      return Route.PathMatch.ALL;
    }
    boolean exact = path.has("exact");
    if (exact == path.has("prefix")) {
      String message = "path needs either exact or prefix";
      in.error(RuleId.BAD_PATH.id, in.keyAt("path"), message);
      return Route.PathMatch.ALL;
    }
    String key = exact ? "exact" : "prefix";
    NginxText.requirePath(path, key);
    Route.PathMatch.Kind kind = exact ? Route.PathMatch.Kind.EXACT : Route.PathMatch.Kind.PREFIX;
    return new Route.PathMatch(kind, path.string(key, "/"));
  }

  private static Route.Action action(Fields in) {
    Fields redirect = in.map("redirect");
    if (in.has("upstream") == (redirect != null)) {
      String message =
          redirect == null
              ? "a rule needs upstream or redirect"
              : "a rule has either upstream or redirect, not both";
      in.error(RuleId.RULE_ACTION.id, in.at(), message);
    }
    if (redirect == null) {
      return new Route.Action.Proxy(in.string("upstream", ""));
    }
    NginxText.requireTarget(redirect, "to");
    return new Route.Action.Redirect(
        redirect.string("to", ""), redirect.integer("status", 300, 399, 302));
  }
}
