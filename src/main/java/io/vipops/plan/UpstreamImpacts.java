package io.vipops.plan;

import io.vipops.plan.Impact.Kind;
import io.vipops.spec.Server;
import io.vipops.spec.Upstream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Upstreams and their servers. */
final class UpstreamImpacts {
  /** As many addresses as a line takes. */
  private static final int SHOWN = 4;

  private UpstreamImpacts() {}

  static List<Impact> of(SortedMap<String, Upstream> before, SortedMap<String, Upstream> after) {
    List<Impact> impacts = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      Upstream old = before.get(name);
      Upstream next = after.get(name);
      if (old == null && next != null) {
        whole(name, "+upstream ", next, impacts);
      } else if (next == null && old != null) {
        whole(name, "−upstream ", old, impacts);
      } else if (old != null && next != null && !old.equals(next)) {
        change(old, next, impacts);
      }
    }
    return impacts;
  }

  private static void whole(String name, String sign, Upstream it, List<Impact> to) {
    String text = sign + name + " (" + count(it.servers().size()) + ")";
    to.add(Impact.of(Kind.UPSTREAM, name, Risk.NONE, text));
  }

  private static void change(Upstream old, Upstream next, List<Impact> to) {
    Map<String, List<Server>> before = byAddress(old);
    Map<String, List<Server>> after = byAddress(next);
    leaveOutTheSame(before, after);
    List<String> added = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    after.forEach(
        (address, servers) -> added.addAll(beyond(before.get(address), address, servers)));
    before.forEach(
        (address, servers) -> removed.addAll(beyond(after.get(address), address, servers)));
    boolean onePort =
        ports(old, next).size() == 1; // then it says nothing that the reader does not know
    List<String> words = new ArrayList<>();
    if (!added.isEmpty()) {
      words.add("+" + count(added.size()) + " " + shown(added, onePort));
    }
    if (!removed.isEmpty()) {
      words.add("−" + count(removed.size()) + " " + shown(removed, onePort));
    }
    after.forEach(
        (address, servers) -> {
          List<Server> were = before.getOrDefault(address, List.of());
          for (int i = 0; i < Math.min(were.size(), servers.size()); i++) {
            String what = String.join(", ", Changes.between(were.get(i), servers.get(i), Set.of()));
            words.add(host(address, onePort) + " " + what);
          }
        });
    words.addAll(Changes.between(old, next, Set.of("servers")));
    if (words.isEmpty()) {
      words.add("servers in another order");
    }
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("added", added);
    details.put("removed", removed);
    String text = old.name() + " " + brief(words);
    to.add(new Impact(Kind.UPSTREAM, old.name(), Risk.NONE, text, details));
  }

  private static String brief(List<String> words) {
    int more = words.size() - SHOWN;
    return more <= 0
        ? String.join(", ", words)
        : String.join(", ", words.subList(0, SHOWN)) + " and " + more + " more changes";
  }

  private static String shown(List<String> addresses, boolean onePort) {
    List<String> first =
        addresses.stream().limit(SHOWN).map(address -> host(address, onePort)).toList();
    int more = addresses.size() - first.size();
    return "(" + String.join(", ", first) + (more > 0 ? " and " + more + " more)" : ")");
  }

  private static String count(int servers) {
    return servers + (servers == 1 ? " server" : " servers");
  }

  private static String host(String address, boolean onePort) {
    return onePort ? address.substring(0, address.lastIndexOf(':')) : address;
  }

  private static Set<Integer> ports(Upstream old, Upstream next) {
    Set<Integer> ports = new TreeSet<>();
    old.servers().forEach(server -> ports.add(server.port()));
    next.servers().forEach(server -> ports.add(server.port()));
    return ports;
  }

  /** An address may stand there several times. */
  private static Map<String, List<Server>> byAddress(Upstream upstream) {
    Map<String, List<Server>> servers = new LinkedHashMap<>();
    for (Server server : upstream.servers()) {
      String host = server.address().getHostAddress();
      String address = (host.contains(":") ? "[" + host + "]" : host) + ":" + server.port();
      servers.computeIfAbsent(address, it -> new ArrayList<>()).add(server);
    }
    return servers;
  }

  private static void leaveOutTheSame(
      Map<String, List<Server>> before, Map<String, List<Server>> after) {
    after.forEach(
        (address, servers) -> {
          List<Server> were = before.getOrDefault(address, new ArrayList<>());
          servers.removeIf(were::remove);
        });
  }

  /** {@code address} as often as {@code servers} are more than {@code others}. */
  private static List<String> beyond(
      @Nullable List<Server> others, String address, List<Server> servers) {
    int more = servers.size() - (others == null ? 0 : others.size());
    return Collections.nCopies(Math.max(0, more), address);
  }
}
