package io.vipops.spec;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A document to records. A part in which the schema or its own decoder found a fault is left out,
 * so that the rules judge the others: all problems come at once, and none because of another.
 */
final class ClusterDecoder {
  private final Fields root;
  private final SchemaCheck schema;
  private final List<Problem> problems;

  ClusterDecoder(YamlNode.Mapping root, SchemaCheck schema, List<Problem> problems) {
    this.root = new Fields(root, problems);
    this.schema = schema;
    this.problems = problems;
  }

  /** Makes a record of the map of one part; what is wrong with it goes to the problems. */
  private interface Decoder<T> {
    T decode(String name, Fields fields);
  }

  /** The cluster, as far as it is sound. */
  Cluster decode() {
    SortedMap<String, Check> checks = named("checks", CheckDecoder::check);
    return new Cluster(
        schema.isFaulty("/cluster") ? "" : root.string("cluster", ""),
        named("nodes", ClusterDecoder::node),
        named("vrrp", new VrrpDecoder(checks)::instance),
        checks,
        named("upstreams", UpstreamDecoder::upstream),
        named("listeners", ClusterDecoder::listener),
        routes(),
        rollout());
  }

  private <T> SortedMap<String, T> named(String key, Decoder<T> decoder) {
    SortedMap<String, T> decoded = new TreeMap<>();
    String pointer = "/" + key;
    if (root.node(key) instanceof YamlNode.Mapping parts && !schema.isOverfull(pointer)) {
      for (Map.Entry<String, YamlNode.Entry> part : parts.entries().entrySet()) {
        String name = part.getKey();
        T one = one(name, part.getValue().value(), Pointer.child(pointer, name), decoder);
        if (one != null) {
          decoded.put(name, one);
        }
      }
    }
    return Collections.unmodifiableSortedMap(decoded);
  }

  private <T> @Nullable T one(String name, YamlNode node, String pointer, Decoder<T> decoder) {
    if (schema.isFaulty(pointer) || !(node instanceof YamlNode.Mapping map)) {
      return null;
    }
    int before = Problems.total(problems);
    T decoded = decoder.decode(name, new Fields(map, problems));
    return Problems.total(problems) == before ? decoded : null;
  }

  /** A route that is left out keeps its place as null, so that places and pointers agree. */
  private List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    if (root.node("routes") instanceof YamlNode.Sequence list) {
      int index = 0;
      for (YamlNode item : list.items()) {
        Route route = one("", item, "/routes/" + index++, RouteDecoder::route);
        routes.add(route == null ? RouteDecoder.NONE : route);
      }
    }
    return Collections.unmodifiableList(routes);
  }

  private Rollout rollout() {
    Duration settle = Duration.ofSeconds(3);
    Fields rollout = schema.isFaulty("/rollout") ? null : root.map("rollout");
    return new Rollout(
        rollout == null
            ? settle
            : rollout.duration("settle", Duration.ZERO, Duration.ofMinutes(10), settle));
  }

  private static Node node(String name, Fields in) {
    return new Node(
        name,
        ipv4(in, "address"),
        in.string("interface", ""),
        NginxVersion.parse(in.string("nginx_version", "")),
        in.bool("maintenance", false),
        in.bool("hold", false));
  }

  private static Listener listener(String name, Fields in) {
    List<InetAddress> addresses = new ArrayList<>();
    for (YamlNode item : in.items("addresses")) {
      InetAddress address = item instanceof YamlNode.Scalar it ? Addresses.parse(it.text()) : null;
      if (address == null) {
        continue; // the schema has said so
      }
      String fault = HostAddresses.faultOfTarget(address);
      if (fault != null) {
        String message = address.getHostAddress() + " " + fault;
        String fix = ": leave addresses out to listen on all";
        in.error(RuleId.BAD_ADDRESS.id, item.at(), message + fix);
      }
      addresses.add(address);
    }
    return new Listener(
        name,
        in.integer("port", 1, 65_535, 1),
        Collections.unmodifiableList(addresses),
        in.string("redirect_to"));
  }

  /** The IPv4 address under {@code key}; loopback after a problem. */
  private static InetAddress ipv4(Fields in, String key) {
    InetAddress address = Addresses.parse(in.string(key, ""));
    if (address == null || address.getAddress().length != 4) {
      in.error(RuleId.NOT_SUPPORTED.id, in.at(key), "IPv6 here is not supported yet");
      return InetAddress.getLoopbackAddress();
    }
    String fault = HostAddresses.fault(address);
    if (fault != null) {
      in.error(RuleId.BAD_ADDRESS.id, in.at(key), address.getHostAddress() + " " + fault);
    }
    return address;
  }
}
