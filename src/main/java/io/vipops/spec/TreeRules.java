package io.vipops.spec;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules that look at the document itself: about keys that are not supported yet and so have no
 * record, but are known well enough to be judged.
 */
final class TreeRules {
  private final Findings findings;

  TreeRules(Findings findings) {
    this.findings = findings;
  }

  /** The first listeners of a port: of any kind, and on all its addresses. */
  private record Port(String some, @Nullable String all) {}

  void listenerTwice() {
    Map<Integer, Port> ports = new HashMap<>();
    Map<Integer, Map<InetAddress, String>> onOne = new HashMap<>();
    for (Map.Entry<String, YamlNode.Entry> entry : parts("listeners").entrySet()) {
      if (!(entry.getValue().value() instanceof YamlNode.Mapping listener)
          || !(plain(listener, "port") instanceof Long port)
          || port > 65_535) {
        continue;
      }
      String name = entry.getKey();
      // UDP and TCP ports do not meet.
      Integer key = port.intValue() + ("udp".equals(plain(listener, "protocol")) ? 65_536 : 0);
      List<InetAddress> addresses = addresses(listener);
      Port before = ports.get(key);
      String other = before == null ? null : addresses.isEmpty() ? before.some : before.all;
      String all = addresses.isEmpty() ? name : null;
      if (before == null || before.all == null) {
        ports.put(key, new Port(before == null ? name : before.some, all));
      }
      for (InetAddress address : addresses) {
        String first = onOne.computeIfAbsent(key, it -> new HashMap<>()).putIfAbsent(address, name);
        other = other != null || first == null || first.equals(name) ? other : first;
      }
      if (other != null) {
        String at =
            findings.later(
                Pointer.child("/listeners", other) + "/port",
                Pointer.child("/listeners", name) + "/port");
        String message = other + " and " + name + " both listen on port " + port;
        findings.report(RuleId.LISTENER_TWICE, at, message);
      }
    }
  }

  private static List<InetAddress> addresses(YamlNode.Mapping listener) {
    List<InetAddress> addresses = new ArrayList<>();
    if (node(listener, "addresses") instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        InetAddress address =
            item instanceof YamlNode.Scalar text ? Addresses.parse(text.text()) : null;
        if (address != null) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }

  /** What keys that are not supported refer to by name. */
  void references() {
    for (Map.Entry<String, YamlNode.Entry> entry : parts("listeners").entrySet()) {
      if (entry.getValue().value() instanceof YamlNode.Mapping listener) {
        String at = Pointer.child("/listeners", entry.getKey()) + "/certificates";
        names(node(listener, "certificates"), "certificates", at);
      }
    }
    List<YamlNode> routes = items("routes");
    for (int i = 0; i < routes.size(); i++) {
      if (routes.get(i) instanceof YamlNode.Mapping route) {
        shares(route, "/routes/" + i);
        List<YamlNode> rules = items(node(route, "rules"));
        for (int j = 0; j < rules.size(); j++) {
          if (rules.get(j) instanceof YamlNode.Mapping rule) {
            shares(rule, "/routes/" + i + "/rules/" + j);
          }
        }
      }
    }
    List<YamlNode> streams = items("streams");
    for (int i = 0; i < streams.size(); i++) {
      if (streams.get(i) instanceof YamlNode.Mapping stream) {
        stream(stream, "/streams/" + i);
      }
    }
  }

  private void stream(YamlNode.Mapping stream, String at) {
    name(node(stream, "listener"), "listeners", at + "/listener");
    name(node(stream, "upstream"), "upstreams", at + "/upstream");
    name(node(stream, "default"), "upstreams", at + "/default");
    if (node(stream, "sni") instanceof YamlNode.Mapping sni) {
      for (Map.Entry<String, YamlNode.Entry> one : sni.entries().entrySet()) {
        name(one.getValue().value(), "upstreams", Pointer.child(at + "/sni", one.getKey()));
      }
    }
  }

  /** The upstreams that a rule splits its requests over. */
  private void shares(YamlNode.Mapping rule, String at) {
    List<YamlNode> shares = items(node(rule, "upstreams"));
    for (int i = 0; i < shares.size(); i++) {
      if (shares.get(i) instanceof YamlNode.Mapping share) {
        name(node(share, "name"), "upstreams", at + "/upstreams/" + i + "/name");
      }
    }
  }

  private void names(@Nullable YamlNode list, String section, String at) {
    List<YamlNode> names = items(list);
    for (int i = 0; i < names.size(); i++) {
      name(names.get(i), section, at + "/" + i);
    }
  }

  private void name(@Nullable YamlNode node, String section, String at) {
    if (node instanceof YamlNode.Scalar name && name.value() != null) {
      findings.refer(section, name.text(), at);
    }
  }

  private Map<String, YamlNode.Entry> parts(String section) {
    return node(findings.root(), section) instanceof YamlNode.Mapping map
        ? map.entries()
        : Map.of();
  }

  private List<YamlNode> items(String section) {
    return items(node(findings.root(), section));
  }

  private static List<YamlNode> items(@Nullable YamlNode node) {
    return node instanceof YamlNode.Sequence list ? list.items() : List.of();
  }

  private static @Nullable Object plain(YamlNode.Mapping map, String key) {
    YamlNode node = node(map, key);
    return node == null ? null : node.plain();
  }

  private static @Nullable YamlNode node(YamlNode.Mapping map, String key) {
    YamlNode.Entry entry = map.entries().get(key);
    return entry == null ? null : entry.value();
  }
}
