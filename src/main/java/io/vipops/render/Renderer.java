package io.vipops.render;

import io.vipops.spec.Position;
import io.vipops.spec.Spec;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A node's part of a spec, as files. */
public final class Renderer {
  /** Where nginx's configuration is in a generation's folder. */
  public static final String NGINX_CONF = "nginx/nginx.conf";

  /** Where the VRRP configuration is in a generation's folder. */
  public static final String VRRP_YAML = "vrrp.yaml";

  private Renderer() {}

  /**
   * A generation and where each line of its files comes from.
   *
   * @param lines by file: for each line, from the first, where the spec says it; {@code ("", 0, 0)}
   *     for a line that the spec does not say
   */
  public record Rendering(Generation generation, SortedMap<String, List<Position>> lines) {}

  /**
   * Renders {@code node}'s files.
   *
   * @throws IllegalArgumentException if the spec has no such node
   */
  public static Rendering render(Spec spec, String node, Host host) {
    SortedMap<String, Lines> draft = files(spec, node, host, GenerationId.PLACEHOLDER);
    String id = GenerationId.of(bytes(draft));
    SortedMap<String, Lines> files = files(spec, node, host, id);
    SortedMap<String, List<Position>> positions = new TreeMap<>();
    files.forEach((path, lines) -> positions.put(path, lines.positions(spec.source())));
    return new Rendering(
        new Generation(id, Collections.unmodifiableSortedMap(bytes(files))),
        Collections.unmodifiableSortedMap(positions));
  }

  /** The name under which {@code nginx.conf} has the upstream {@code name}. */
  public static String nginxUpstream(String name) {
    return NginxText.upstream(name);
  }

  private static SortedMap<String, Lines> files(Spec spec, String node, Host host, String id) {
    SortedMap<String, Lines> files = new TreeMap<>();
    files.put(NGINX_CONF, NginxConf.write(spec, host, id));
    files.put(VRRP_YAML, VrrpYamlWriter.write(VrrpFile.of(spec.cluster(), node)));
    return files;
  }

  private static SortedMap<String, byte[]> bytes(SortedMap<String, Lines> files) {
    SortedMap<String, byte[]> bytes = new TreeMap<>();
    files.forEach((path, lines) -> bytes.put(path, lines.bytes()));
    return bytes;
  }
}
