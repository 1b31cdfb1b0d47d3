package io.vipops.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One entry of {@code upstreams} to its record. */
final class UpstreamDecoder {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(1);

  private UpstreamDecoder() {}

  static Upstream upstream(String name, Fields in) {
    return new Upstream(
        name, balance(in), servers(in), in.integer("keepalive", 0, 100_000, 0), timeouts(in));
  }

  /** The key {@code timeouts} of an upstream or a rule. */
  static Upstream.Timeouts timeouts(Fields in) {
    Fields timeouts = in.map("timeouts");
    return timeouts == null
        ? Upstream.Timeouts.DEFAULT
        : new Upstream.Timeouts(
            timeout(timeouts, "connect"), timeout(timeouts, "read"), timeout(timeouts, "send"));
  }

  private static @Nullable Duration timeout(Fields in, String key) {
    return in.has(key) ? in.duration(key, SHORTEST, LONGEST, SHORTEST) : null;
  }

  private static Upstream.Balance balance(Fields in) {
    if (in.node("balance") instanceof YamlNode.Mapping map) {
      Fields fields = in.inner(map);
      String key = fields.required("hash");
      NginxText.requireText(fields, "hash");
      return new Upstream.Balance.Hash(key, fields.bool("consistent", false));
    }
    return switch (in.string("balance", "round_robin")) {
      case "least_conn" -> new Upstream.Balance.LeastConn();
      case "ip_hash" -> new Upstream.Balance.IpHash();
      case "random" -> new Upstream.Balance.Random();
      default -> new Upstream.Balance.RoundRobin();
    };
  }

  private static List<Server> servers(Fields in) {
    List<Server> servers = new ArrayList<>();
    for (YamlNode item : in.items("servers")) {
      Fields fields = in.longForm(item, "address");
      Addresses.HostPort at = Addresses.parseHostPort(fields.string("address", ""));
      if (at == null) {
        continue; // the schema has said so
      }
      String fault = HostAddresses.faultOfTarget(at.address());
      if (fault != null) {
        String message = at.address().getHostAddress() + " " + fault;
        in.error(RuleId.BAD_ADDRESS.id, fields.at("address"), message);
      }
      servers.add(
          new Server(
              at.address(),
              at.port(),
              fields.integer("weight", 1, 65_535, 1),
              fields.integer("max_conns", 0, 1_000_000, 0),
              fields.integer("max_fails", 0, 1_000_000, 1),
              failTimeout(fields),
              fields.bool("backup", false),
              Server.State.valueOf(fields.string("state", "ready").toUpperCase(Locale.ROOT))));
    }
    return Collections.unmodifiableList(servers);
  }

  /** nginx takes whole seconds here. */
  private static Duration failTimeout(Fields in) {
    Duration second = Duration.ofSeconds(1);
    Duration timeout = in.duration("fail_timeout", second, LONGEST, Duration.ofSeconds(10));
    if (!Durations.isWholeSeconds(timeout)) {
      String message = "fail_timeout must be whole seconds";
      in.error(RuleId.OUT_OF_RANGE.id, in.at("fail_timeout"), message);
    }
    return timeout;
  }
}
