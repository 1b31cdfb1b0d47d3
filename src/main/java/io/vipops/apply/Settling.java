package io.vipops.apply;

import io.vipops.render.Sealed;
import io.vipops.spec.Cluster;
import io.vipops.spec.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code settle.json} of a generation: what of the spec is needed to watch and show it when only
 * the generation is left, after a restart without Git.
 *
 * @param ports TCP ports that nginx is to accept on
 * @param settle how long it is watched once it is proven
 * @param upstreams as {@code status.json} shows them
 */
public record Settling(
    String cluster, List<Integer> ports, Duration settle, List<Map<String, Object>> upstreams) {
  static final String NAME = "settle.json";

  /** What {@code cluster} asks for. */
  public static Settling of(Cluster cluster) {
    TreeSet<Integer> ports = new TreeSet<>();
    cluster.listeners().values().forEach(listener -> ports.add(listener.port()));
    List<Map<String, Object>> upstreams = new ArrayList<>();
    cluster
        .upstreams()
        .forEach(
            (name, upstream) -> {
              Map<String, Object> shown = new LinkedHashMap<>();
              shown.put("name", name);
              shown.put("servers", upstream.servers().stream().map(Settling::shown).toList());
              upstreams.add(shown);
            });
    return new Settling(
        cluster.name(), List.copyOf(ports), cluster.rollout().settle(), List.copyOf(upstreams));
  }

  private static Map<String, Object> shown(Server server) {
    String host = server.address().getHostAddress();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("address", (host.contains(":") ? "[" + host + "]" : host) + ":" + server.port());
    shown.put("state", server.state().name().toLowerCase(Locale.ROOT));
    shown.put("up", server.state() == Server.State.READY);
    return shown;
  }

  byte[] encode() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("cluster", cluster);
    json.put("ports", ports);
    json.put("settle_ms", settle.toMillis());
    json.put("upstreams", upstreams);
    return Sealed.encode(json);
  }

  /**
   * Decodes what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  @SuppressWarnings("unchecked")
  static Settling decode(byte[] bytes) {
    Map<String, @Nullable Object> json =
        Sealed.decode(bytes)
            .orElseThrow(() -> new IllegalArgumentException(NAME + " is not as it was written"));
    List<Long> ports = (List<Long>) at(json, "ports");
    return new Settling(
        (String) at(json, "cluster"),
        ports.stream().map(Math::toIntExact).toList(),
        Duration.ofMillis((Long) at(json, "settle_ms")),
        (List<Map<String, Object>>) at(json, "upstreams"));
  }

  private static Object at(Map<String, @Nullable Object> json, String key) {
    Object value = json.get(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key);
    }
    return value;
  }
}
