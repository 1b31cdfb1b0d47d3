package io.vipops.spec;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One entry of {@code vrrp} to its record. */
final class VrrpDecoder {
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST_V2 = Duration.ofSeconds(255);
  private static final Duration LONGEST_V3 = Duration.ofMillis(40_950);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(1000);
  private static final Duration LONGEST_LEASE = Duration.ofHours(1);

  private final Map<String, Check> checks;

  /**
   * @param checks whose weights hold where a track says none
   */
  VrrpDecoder(Map<String, Check> checks) {
    this.checks = checks;
  }

  VrrpInstance instance(String name, Fields in) {
    VrrpInstance.Authentication authentication = authentication(in);
    int version = in.integer("version", 2, 3, authentication == null ? 3 : 2);
    if (authentication != null && version == 3) {
      String message = "authentication needs version 2: remove one of them";
      in.error(RuleId.AUTH_VERSION.id, in.keyAt("authentication"), message);
    }
    SortedMap<String, Integer> priorities = priorities(in);
    Duration advertInterval = advertInterval(in, version);
    return new VrrpInstance(
        name,
        in.integer("virtual_router_id", 1, 255, 1),
        version,
        in.string("interface"),
        authentication,
        priorities,
        addresses(in, "virtual_addresses"),
        advertInterval,
        in.bool("preempt", true),
        in.duration("preempt_delay", Duration.ZERO, LONGEST_DELAY, Duration.ZERO),
        lease(in, advertInterval),
        tracks(in),
        VrrpOptionsDecoder.options(in));
  }

  private static SortedMap<String, Integer> priorities(Fields in) {
    SortedMap<String, Integer> priorities = new TreeMap<>();
    Fields given = in.map("priorities");
    if (given != null) {
      for (String node : given.keys()) {
        priorities.put(node, given.integer(node, 1, 255, 1));
      }
    }
    return Collections.unmodifiableSortedMap(priorities);
  }

  /**
   * @param key of a list of addresses, each as text or in the long form
   */
  static List<VirtualAddress> addresses(Fields in, String key) {
    List<VirtualAddress> addresses = new ArrayList<>();
    for (YamlNode item : in.items(key)) {
      Fields fields = in.longForm(item, "address");
      Prefix prefix = Addresses.parsePrefix(fields.string("address", ""));
      if (prefix == null) {
        continue; // the schema has said so
      }
      if (prefix.length() == 0) {
        String message = "virtual address needs a prefix length from 1, such as /24";
        in.error(RuleId.BAD_ADDRESS.id, fields.at("address"), message);
      } else if (HostAddresses.fault(prefix) != null) {
        String message = Addresses.text(prefix.address()) + " " + HostAddresses.fault(prefix);
        in.error(RuleId.BAD_ADDRESS.id, fields.at("address"), message);
      } else {
        addresses.add(
            new VirtualAddress(
                prefix, fields.string("label"), fields.string("interface"), scope(fields)));
      }
    }
    return Collections.unmodifiableList(addresses);
  }

  private static VirtualAddress.Scope scope(Fields address) {
    String text = address.string("scope", "global");
    for (VirtualAddress.Scope scope : VirtualAddress.Scope.values()) {
      if (scope.name().toLowerCase(Locale.ROOT).equals(text)) {
        return scope;
      }
    }
    return VirtualAddress.Scope.GLOBAL; // the schema has said so
  }

  private static VrrpInstance.@Nullable Authentication authentication(Fields in) {
    Fields auth = in.map("authentication");
    if (auth == null) {
      return null;
    }
    String password = auth.string("password");
    String file = auth.string("password_file");
    if ((password == null) == (file == null)) {
      String message = "authentication needs either password_file or password";
      in.error(RuleId.AUTH_PASSWORD.id, in.keyAt("authentication"), message);
    } else if (password != null) {
      int bytes = password.getBytes(StandardCharsets.UTF_8).length;
      if (bytes < 1 || bytes > 8) {
        String message = "password must have 1 to 8 bytes, not " + bytes;
        in.error(RuleId.AUTH_PASSWORD.id, auth.at("password"), message);
      }
    } else if (!file.startsWith("/")) {
      String message = "password_file must be an absolute path, not " + file;
      in.error(RuleId.BAD_VALUE.id, auth.at("password_file"), message);
    } else {
      auth.refuseControls("password_file");
    }
    return new VrrpInstance.Authentication(password, file);
  }

  private static Duration advertInterval(Fields in, int version) {
    Duration second = Duration.ofSeconds(1);
    Duration longest = version == 2 ? LONGEST_V2 : LONGEST_V3;
    Duration interval = in.duration("advert_interval", SHORTEST, longest, second);
    if (version == 2 && !Durations.isWholeSeconds(interval)) {
      String message = "advert_interval must be whole seconds in version 2";
      in.error(RuleId.V2_INTERVAL.id, in.at("advert_interval"), message);
    } else if (interval.toNanos() % SHORTEST.toNanos() != 0) {
      String message = "advert_interval must be a multiple of 10ms";
      in.error(RuleId.OUT_OF_RANGE.id, in.at("advert_interval"), message);
    }
    return interval;
  }

  private static Duration lease(Fields in, Duration advertInterval) {
    Duration auto = autoLease(advertInterval);
    if (in.string("vip_lease", "auto").equals("auto")) {
      return auto;
    }
    Duration lease = in.duration("vip_lease", Duration.ZERO, LONGEST_LEASE, auto);
    if (!Durations.isWholeSeconds(lease) || lease.toSeconds() == 1) {
      String message =
          "vip_lease must be auto, 0s, or whole seconds from 2s: it is renewed each 1s";
      in.error(RuleId.OUT_OF_RANGE.id, in.at("vip_lease"), message);
    }
    return lease;
  }

  /** max(3s, 3 × advert_interval) in whole seconds: gone before a Backup takes over. */
  static Duration autoLease(Duration advertInterval) {
    Duration three = advertInterval.multipliedBy(3);
    long seconds = three.toSeconds() + (Durations.isWholeSeconds(three) ? 0 : 1);
    return Duration.ofSeconds(Math.max(3, seconds));
  }

  private List<Track> tracks(Fields in) {
    List<Track> tracks = new ArrayList<>();
    for (YamlNode item : in.items("track")) {
      Fields fields = in.longForm(item, "check");
      String name = fields.string("check", "");
      Check check = checks.get(name);
      int weight = fields.integer("weight", -253, 253, check == null ? 0 : check.weight());
      tracks.add(new Track(name, weight));
    }
    return Collections.unmodifiableList(tracks);
  }
}
