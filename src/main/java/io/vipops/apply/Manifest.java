package io.vipops.apply;

import io.vipops.json.Json;
import io.vipops.render.Generation;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.Cluster;
import io.vipops.spec.Position;
import io.vipops.spec.Server;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code manifest.json} of a generation: what it is made of, and what is needed to take it into
 * force without Git.
 *
 * @param commit the last commit that rendered to it
 * @param tool the version of vipops that rendered it
 * @param files SHA-256 in hex by path
 * @param ports TCP ports that nginx is to accept on
 * @param settle how long it is watched once it is proven
 * @param upstreams as {@code status.json} shows them
 * @param lines by file: where each line comes from, {@code file:line:col}, empty for no place
 */
public record Manifest(
    String id,
    String cluster,
    String node,
    String commit,
    String tool,
    SortedMap<String, String> files,
    List<Integer> ports,
    Duration settle,
    List<Map<String, Object>> upstreams,
    Map<String, List<String>> lines) {

  /** The manifest of {@code rendering}. */
  public static Manifest of(
      Rendering rendering, Cluster cluster, String node, String commit, String tool) {
    Generation generation = rendering.generation();
    SortedMap<String, String> hashes = new TreeMap<>();
    generation.files().forEach((path, bytes) -> hashes.put(path, sha256(bytes)));
    TreeSet<Integer> ports = new TreeSet<>();
    cluster.listeners().values().forEach(listener -> ports.add(listener.port()));
    Map<String, List<String>> lines = new TreeMap<>();
    rendering
        .lines()
        .forEach((path, from) -> lines.put(path, from.stream().map(Manifest::place).toList()));
    return new Manifest(
        generation.id(),
        cluster.name(),
        node,
        commit,
        tool,
        hashes,
        List.copyOf(ports),
        cluster.rollout().settle(),
        upstreams(cluster),
        lines);
  }

  private static String place(Position at) {
    return at.line() == 0 ? "" : at.file() + ":" + at.line() + ":" + at.column();
  }

  private static List<Map<String, Object>> upstreams(Cluster cluster) {
    List<Map<String, Object>> all = new ArrayList<>();
    cluster
        .upstreams()
        .forEach(
            (name, upstream) -> {
              List<Map<String, Object>> servers = new ArrayList<>();
              for (Server server : upstream.servers()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("address", server.address().getHostAddress() + ":" + server.port());
                one.put("state", server.state().name().toLowerCase(Locale.ROOT));
                one.put("up", server.state() == Server.State.READY);
                servers.add(one);
              }
              Map<String, Object> one = new LinkedHashMap<>();
              one.put("name", name);
              one.put("servers", servers);
              all.add(one);
            });
    return all;
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  byte[] encode() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("version", 1);
    json.put("id", id);
    json.put("cluster", cluster);
    json.put("node", node);
    json.put("commit", commit);
    json.put("tool", tool);
    json.put("files", files);
    json.put("ports", ports);
    json.put("settle_ms", settle.toMillis());
    json.put("upstreams", upstreams);
    json.put("lines", lines);
    return Json.encode(json);
  }

  /**
   * Decodes what {@link #encode} wrote. The line map is left out: only {@code explain} needs it.
   *
   * @throws Json.MalformedException if it is not JSON
   * @throws RuntimeException if it is another shape
   */
  @SuppressWarnings("unchecked")
  static Manifest decode(byte[] bytes) throws Json.MalformedException {
    Map<String, @Nullable Object> json = Json.decode(bytes);
    SortedMap<String, String> files = new TreeMap<>();
    ((Map<String, Object>) at(json, "files")).forEach((path, hash) -> files.put(path, "" + hash));
    List<Integer> ports = ((List<Long>) at(json, "ports")).stream().map(Math::toIntExact).toList();
    return new Manifest(
        at(json, "id").toString(),
        at(json, "cluster").toString(),
        at(json, "node").toString(),
        at(json, "commit").toString(),
        at(json, "tool").toString(),
        files,
        ports,
        Duration.ofMillis((Long) at(json, "settle_ms")),
        (List<Map<String, Object>>) at(json, "upstreams"),
        Map.of());
  }

  private static Object at(Map<String, @Nullable Object> json, String key) {
    Object value = json.get(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key);
    }
    return value;
  }
}
