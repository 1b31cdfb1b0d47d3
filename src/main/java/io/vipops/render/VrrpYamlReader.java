package io.vipops.render;

import io.vipops.spec.Addresses;
import io.vipops.spec.Check;
import io.vipops.spec.Fields;
import io.vipops.spec.Position;
import io.vipops.spec.Prefix;
import io.vipops.spec.Problem;
import io.vipops.spec.Track;
import io.vipops.spec.Unicast;
import io.vipops.spec.VirtualAddress;
import io.vipops.spec.YamlNode;
import io.vipops.vrrp.Instance;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads {@code vrrp.yaml}. The file is vipops' own, but disks fail and people edit: every value is
 * held to the range that the engine relies on.
 */
final class VrrpYamlReader {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(1);

  private final List<Problem> problems;

  VrrpYamlReader(List<Problem> problems) {
    this.problems = problems;
  }

  /** The file's record; worth nothing where there is an error among the problems. */
  VrrpFile read(Fields root) {
    int version = root.integer("version", 1, Integer.MAX_VALUE, VrrpYamlWriter.VERSION);
    if (version > VrrpYamlWriter.VERSION) {
      root.error("vrrp-version", root.at("version"), "written by a newer vipops: upgrade this one");
    }
    List<Check> checks = new ArrayList<>();
    root.maps("checks").forEach((name, fields) -> checks.add(check(name, fields)));
    Set<String> names = new HashSet<>();
    checks.forEach(check -> names.add(check.name()));
    List<Instance> instances = new ArrayList<>();
    root.maps("vrrp").forEach((name, fields) -> instances.add(instance(name, fields, names)));
    VrrpFile file =
        new VrrpFile(
            root.required("cluster"),
            root.required("node"),
            root.bool("maintenance", false),
            root.bool("listeners", false),
            List.copyOf(instances),
            List.copyOf(checks));
    root.done();
    return file;
  }

  private Check check(String name, Fields fields) {
    Check check =
        new Check(
            name,
            ProbeYaml.read(fields),
            requiredDuration(fields, "interval"),
            requiredDuration(fields, "timeout"),
            fields.integer("rise", 1, Integer.MAX_VALUE, 1),
            fields.integer("fall", 1, Integer.MAX_VALUE, 1),
            fields.integer("weight", -253, 253, 0));
    fields.done();
    return check;
  }

  private Instance instance(String name, Fields fields, Set<String> checks) {
    Fields authentication = fields.map("authentication");
    Instance instance =
        new Instance(
            name,
            requiredInteger(fields, "virtual_router_id", 1, 255),
            requiredInteger(fields, "version", 2, 3),
            fields.required("interface"),
            address(fields, "address"),
            requiredInteger(fields, "priority", 1, 255),
            authentication == null ? null : authentication.string("password"),
            authentication == null ? null : authentication.string("password_file"),
            peers(fields),
            addresses(fields, "virtual_addresses", problems),
            requiredDuration(fields, "advert_interval"),
            fields.bool("preempt", true),
            fields.duration("preempt_delay", Duration.ZERO, LONGEST, Duration.ZERO),
            fields.duration("vip_lease", Duration.ZERO, LONGEST, Duration.ZERO),
            track(fields, checks),
            VrrpOptionsYaml.read(fields, problems));
    if (!fields.has("virtual_addresses")) {
      bad(fields, fields.at(), "virtual_addresses is missing");
    }
    if (authentication != null) {
      checkAuthentication(authentication, instance);
    }
    Unicast unicast = instance.options().unicast();
    if (unicast != null
        && unicast.peers().stream()
            .anyMatch(it -> it instanceof Inet6Address ^ instance.isIpv6())) {
      bad(fields, fields.at("unicast"), "peers must be of the family of the virtual addresses");
    }
    fields.done();
    return instance;
  }

  private void checkAuthentication(Fields fields, Instance instance) {
    fields.oneOf("type", "pass", List.of("pass"));
    String password = instance.password();
    if ((password == null) == (instance.passwordFile() == null)) {
      bad(fields, fields.at(), "authentication needs either password or password_file");
    } else if (password != null && password.getBytes(StandardCharsets.UTF_8).length > 8) {
      bad(fields, fields.at("password"), "password must be at most 8 bytes");
    }
    fields.done();
  }

  private List<Instance.Peer> peers(Fields instance) {
    List<Instance.Peer> peers = new ArrayList<>();
    for (Fields peer : instance.list("peers")) {
      peers.add(
          new Instance.Peer(
              peer.required("node"),
              address(peer, "address"),
              requiredInteger(peer, "priority", 1, 255)));
      peer.done();
    }
    return List.copyOf(peers);
  }

  /**
   * @param key of a list of addresses, each as text or in the long form
   */
  static List<VirtualAddress> addresses(Fields instance, String key, List<Problem> problems) {
    List<VirtualAddress> vips = new ArrayList<>();
    for (YamlNode item : instance.items(key)) {
      String text = "";
      String label = null;
      String interfaceName = null;
      String scope = "global";
      if (item instanceof YamlNode.Mapping map) {
        Fields fields = new Fields(map, problems);
        text = fields.required("address");
        label = fields.string("label");
        interfaceName = fields.string("interface");
        scope = fields.oneOf("scope", scope, List.of("global", "link", "host"));
        fields.done();
      } else if (item instanceof YamlNode.Scalar scalar) {
        text = scalar.text();
      }
      Prefix prefix = Addresses.parsePrefix(text);
      if (prefix == null) {
        bad(instance, item.at(), "a virtual address must be address/length, not " + text);
      } else {
        vips.add(
            new VirtualAddress(
                prefix,
                label,
                interfaceName,
                VirtualAddress.Scope.valueOf(scope.toUpperCase(Locale.ROOT))));
      }
    }
    return List.copyOf(vips);
  }

  private List<Track> track(Fields instance, Set<String> checks) {
    List<Track> tracks = new ArrayList<>();
    for (Fields fields : instance.list("track")) {
      String check = fields.required("check");
      if (!checks.contains(check)) {
        bad(fields, fields.at("check"), "no check " + check);
      }
      tracks.add(new Track(check, requiredInteger(fields, "weight", -253, 253)));
      fields.done();
    }
    return List.copyOf(tracks);
  }

  private InetAddress address(Fields fields, String key) {
    String text = fields.required(key);
    InetAddress address = Addresses.parse(text);
    if (address == null) {
      bad(fields, fields.at(key), key + " must be an IP address, not " + text);
      return InetAddress.getLoopbackAddress();
    }
    return address;
  }

  private int requiredInteger(Fields fields, String key, int min, int max) {
    requirePresent(fields, key);
    return fields.integer(key, min, max, min);
  }

  private Duration requiredDuration(Fields fields, String key) {
    requirePresent(fields, key);
    return fields.duration(key, SHORTEST, LONGEST, SHORTEST);
  }

  private void requirePresent(Fields fields, String key) {
    if (!fields.has(key)) {
      fields.error("missing-key", fields.at(), key + " is missing");
    }
  }

  private static void bad(Fields fields, Position at, String message) {
    fields.error("bad-value", at, message);
  }
}
