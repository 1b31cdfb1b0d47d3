package io.vipops.plan;

import io.vipops.plan.Impact.Kind;
import io.vipops.render.Renderer;
import io.vipops.spec.Cluster;
import io.vipops.spec.Listener;
import io.vipops.spec.Route;
import io.vipops.spec.Upstream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/** Listeners, upstreams and routes: what nginx's two configurations differ in, in spec's words. */
final class TrafficImpacts {
  private TrafficImpacts() {}

  /**
   * @param before nginx.conf of {@code old}; an upstream that is in neither file changes nothing
   */
  static List<Impact> of(Cluster old, Cluster next, String before, String after) {
    List<Impact> impacts = new ArrayList<>();
    listeners(old.listeners(), next.listeners(), impacts);
    impacts.addAll(
        UpstreamImpacts.of(used(old.upstreams(), before), used(next.upstreams(), after)));
    routes(old.routes(), next.routes(), impacts);
    return impacts;
  }

  private static SortedMap<String, Upstream> used(
      SortedMap<String, Upstream> upstreams, String conf) {
    SortedMap<String, Upstream> used = new TreeMap<>(upstreams);
    used.keySet()
        .removeIf(name -> !conf.contains("upstream " + Renderer.nginxUpstream(name) + " {"));
    return used;
  }

  private static void listeners(
      SortedMap<String, Listener> before, SortedMap<String, Listener> after, List<Impact> to) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      Listener old = before.get(name);
      Listener next = after.get(name);
      String text = null;
      if (old == null && next != null) {
        text = "+listener " + name + " (port " + next.port() + ")";
      } else if (next == null && old != null) {
        text = "−listener " + name + " (port " + old.port() + ")";
      } else if (old != null && next != null && !old.equals(next)) {
        text = "listener " + name + ": " + String.join(", ", Changes.between(old, next, Set.of()));
      }
      if (text != null) {
        to.add(Impact.of(Kind.LISTENER, name, Risk.NONE, text));
      }
    }
  }

  /** Routes have no names: one that keeps its hosts, if not its listeners, is the same, changed. */
  private static void routes(List<Route> before, List<Route> after, List<Impact> to) {
    List<Route> added = new ArrayList<>(after);
    before.forEach(added::remove);
    List<Route> removed = new ArrayList<>(before);
    after.forEach(removed::remove);
    pair(added, removed, (a, b) -> sameHosts(a, b) && a.listeners().equals(b.listeners()), to);
    pair(added, removed, TrafficImpacts::sameHosts, to);
    added.forEach(it -> to.add(route(it, "+route " + label(it))));
    removed.forEach(it -> to.add(route(it, "−route " + label(it))));
    if (to.stream().noneMatch(it -> it.kind() == Kind.ROUTE) && !before.equals(after)) {
      to.add(Impact.of(Kind.ROUTE, "", Risk.NONE, "routes in another order"));
    }
  }

  private static boolean sameHosts(Route a, Route b) {
    return a.hosts().equals(b.hosts());
  }

  private static void pair(
      List<Route> added, List<Route> removed, BiPredicate<Route, Route> same, List<Impact> to) {
    for (Route next : List.copyOf(added)) {
      Route was = removed.stream().filter(it -> same.test(it, next)).findFirst().orElse(null);
      if (was != null) {
        added.remove(next);
        removed.remove(was);
        String what = String.join(", ", Changes.between(was, next, Set.of()));
        to.add(route(next, "route " + label(next) + ": " + what));
      }
    }
  }

  private static Impact route(Route route, String text) {
    return Impact.of(Kind.ROUTE, label(route), Risk.NONE, text);
  }

  private static String label(Route route) {
    List<String> hosts = route.hosts();
    if (hosts.isEmpty()) {
      return "default of " + String.join(", ", route.listeners());
    }
    return hosts.size() > 2
        ? hosts.get(0) + " and " + (hosts.size() - 1) + " more hosts"
        : String.join(", ", hosts);
  }
}
