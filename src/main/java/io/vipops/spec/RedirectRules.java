package io.vipops.spec;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Error rules of redirects that lead nowhere. */
final class RedirectRules {
  private final Cluster cluster;
  private final Findings findings;

  RedirectRules(Cluster cluster, Findings findings) {
    this.cluster = cluster;
    this.findings = findings;
  }

  /** A listener's redirect answers every host that no route names: so would such a route. */
  void besideRoute() {
    Set<String> redirecting = new HashSet<>();
    for (Listener listener : cluster.listeners().values()) {
      if (listener.redirectTo() != null) {
        redirecting.add(listener.name());
      }
    }
    for (int i = 0; i < cluster.routes().size(); i++) {
      Route route = cluster.routes().get(i);
      for (int j = 0; route.hosts().isEmpty() && j < route.listeners().size(); j++) {
        String listener = route.listeners().get(j);
        if (redirecting.contains(listener)) {
          String message = listener + " has redirect_to: give this route hosts, or remove one";
          String at = "/routes/" + i + "/listeners/" + j;
          findings.report(RuleId.REDIRECT_AND_ROUTE, at, message);
        }
      }
    }
  }

  void toItself() {
    for (int i = 0; i < cluster.routes().size(); i++) {
      List<Route.Rule> rules = cluster.routes().get(i).rules();
      Map<String, Integer> exact = new HashMap<>();
      Map<String, Integer> prefixes = new HashMap<>();
      for (int j = 0; j < rules.size(); j++) {
        Route.PathMatch path = rules.get(j).path();
        boolean whole = path.kind() == Route.PathMatch.Kind.EXACT;
        (whole ? exact : prefixes).putIfAbsent(whole ? path.value() : segments(path.value()), j);
      }
      for (int j = 0; j < rules.size(); j++) {
        if (rules.get(j).action() instanceof Route.Action.Redirect redirect
            && redirect.to().startsWith("/")
            && Integer.valueOf(j).equals(answering(path(redirect.to()), exact, prefixes))) {
          String message = "redirects to " + redirect.to() + ", which this rule answers, too";
          String at = TrafficRules.rule(findings, i, j, "/redirect/to");
          findings.report(RuleId.REDIRECT_LOOP, at, message);
        }
      }
    }
  }

  /** The rule that answers a path: the exact one, else the longest prefix by whole segments. */
  private static @Nullable Integer answering(
      String path, Map<String, Integer> exact, Map<String, Integer> prefixes) {
    Integer found = exact.get(path);
    String part = segments(path);
    while (found == null && !part.isEmpty()) {
      found = prefixes.get(part);
      part = part.substring(0, part.lastIndexOf('/'));
    }
    return found == null ? prefixes.get("") : found;
  }

  private static String segments(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static String path(String target) {
    int end = 0;
    while (end < target.length() && target.charAt(end) != '?' && target.charAt(end) != '#') {
      end++;
    }
    return target.substring(0, end);
  }
}
