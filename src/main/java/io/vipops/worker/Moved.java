package io.vipops.worker;

import io.vipops.render.VrrpFile;
import io.vipops.vrrp.Instance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a pass moved on this node.
 *
 * @param reloads of nginx
 * @param started whether nginx had to be started
 * @param gained virtual addresses that this node serves from then on, e.g. {@code 10.0.0.50/24}
 * @param lost virtual addresses that it no longer serves
 * @param priorities e.g. {@code web 100→80}
 * @param servers e.g. {@code backend +10.0.0.101:80}
 */
public record Moved(
    long reloads,
    boolean started,
    List<String> gained,
    List<String> lost,
    List<String> priorities,
    List<String> servers) {
  static final Moved NOTHING = new Moved(0, false, List.of(), List.of(), List.of(), List.of());

  /** There and back again. */
  static Moved reloads(long reloads) {
    return new Moved(reloads, false, List.of(), List.of(), List.of(), List.of());
  }

  /** A commit may change thousands of servers, and a hundred passes are kept. */
  private static final int SHOWN = 10;

  /** What of a generation can move; null or empty: there is none. */
  record Shape(@Nullable VrrpFile vrrp, List<Map<String, Object>> upstreams) {}

  static Moved between(Shape before, Shape after, long reloads, boolean started) {
    TreeSet<String> had = addresses(before.vrrp());
    TreeSet<String> has = addresses(after.vrrp());
    return new Moved(
        reloads,
        started,
        without(has, had),
        without(had, has),
        priorities(before.vrrp(), after.vrrp()),
        servers(before, after));
  }

  private static TreeSet<String> addresses(@Nullable VrrpFile file) {
    TreeSet<String> all = new TreeSet<>();
    if (file != null) {
      for (Instance one : file.instances()) {
        one.virtualAddresses().forEach(vip -> all.add(vip.prefix().toString()));
      }
    }
    return all;
  }

  private static List<String> priorities(@Nullable VrrpFile before, @Nullable VrrpFile after) {
    List<String> changes = new ArrayList<>();
    if (before != null && after != null) {
      for (Instance now : after.instances()) {
        before.instances().stream()
            .filter(it -> it.name().equals(now.name()) && it.priority() != now.priority())
            .forEach(it -> changes.add(now.name() + " " + it.priority() + "→" + now.priority()));
      }
    }
    return bounded(changes);
  }

  private static List<String> servers(Shape before, Shape after) {
    TreeMap<String, String> had = servers(before.upstreams());
    TreeMap<String, String> has = servers(after.upstreams());
    List<String> changes = new ArrayList<>();
    has.forEach(
        (server, state) -> {
          String old = had.get(server);
          if (old == null) {
            changes.add(server.replace(" ", " +"));
          } else if (!old.equals(state)) {
            changes.add(server + " " + state);
          }
        });
    had.keySet().stream()
        .filter(server -> !has.containsKey(server))
        .forEach(server -> changes.add(server.replace(" ", " -")));
    return bounded(changes);
  }

  /** State by {@code upstream address}. */
  private static TreeMap<String, String> servers(List<Map<String, Object>> upstreams) {
    TreeMap<String, String> all = new TreeMap<>();
    for (Map<String, Object> upstream : upstreams) {
      if (upstream.get("servers") instanceof List<?> servers) {
        for (Object server : servers) {
          if (server instanceof Map<?, ?> one) {
            all.put(upstream.get("name") + " " + one.get("address"), one.get("state") + "");
          }
        }
      }
    }
    return all;
  }

  private static List<String> without(TreeSet<String> all, TreeSet<String> those) {
    return bounded(all.stream().filter(it -> !those.contains(it)).toList());
  }

  private static List<String> bounded(List<String> changes) {
    if (changes.size() <= SHOWN) {
      return List.copyOf(changes);
    }
    List<String> first = new ArrayList<>(changes.subList(0, SHOWN));
    first.add("and " + (changes.size() - SHOWN) + " more");
    return first;
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("nginx_reloads", reloads);
    json.put("nginx_started", started);
    json.put("vips_gained", gained);
    json.put("vips_lost", lost);
    json.put("priorities", priorities);
    json.put("servers", servers);
    return json;
  }

  /** The other way round; what an older version did not write moved nothing. */
  static Moved of(@Nullable Object json) {
    if (!(json instanceof Map<?, ?> map)) {
      return NOTHING;
    }
    return new Moved(
        map.get("nginx_reloads") instanceof Long reloads ? reloads : 0,
        Boolean.TRUE.equals(map.get("nginx_started")),
        strings(map.get("vips_gained")),
        strings(map.get("vips_lost")),
        strings(map.get("priorities")),
        strings(map.get("servers")));
  }

  private static List<String> strings(@Nullable Object list) {
    return list instanceof List<?> all ? all.stream().map(String::valueOf).toList() : List.of();
  }
}
