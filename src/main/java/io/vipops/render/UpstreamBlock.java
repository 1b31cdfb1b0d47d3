package io.vipops.render;

import io.vipops.spec.Server;
import io.vipops.spec.Upstream;
import io.vipops.spec.Upstream.Balance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One {@code upstream}. */
final class UpstreamBlock {
  /** nginx's defaults (ngx_http_upstream_module), left unsaid. */
  private static final int DEFAULT_MAX_FAILS = 1;

  private static final Duration DEFAULT_FAIL_TIMEOUT = Duration.ofSeconds(10);

  private UpstreamBlock() {}

  static void write(NginxWriter out, Upstream upstream) {
    Pointer origin = Pointer.of("upstreams").to(upstream.name());
    String name = NginxText.upstream(upstream.name());
    out.open(origin, "upstream", name);
    out.directive(origin, "zone", name, zoneKilobytes(upstream.servers().size()) + "k");
    balance(out, origin.to("balance"), upstream.balance());
    boolean lastUsable = upstream.servers().stream().filter(UpstreamBlock::usable).count() == 1;
    for (int i = 0; i < upstream.servers().size(); i++) {
      Server server = upstream.servers().get(i);
      out.directive(
          origin.to("servers").to(i),
          "server",
          parameters(server, lastUsable && usable(server)).toArray(String[]::new));
    }
    if (upstream.keepalive() > 0) {
      // After the method: before it, nginx warns that the method is redefined.
      out.directive(origin.to("keepalive"), "keepalive", String.valueOf(upstream.keepalive()));
    }
    out.close(origin);
  }

  /** Shared memory for the servers' state: nginx 1.22 takes about 0.6 kB for each. */
  static int zoneKilobytes(int servers) {
    return 64 * (1 + (servers + 63) / 64);
  }

  private static void balance(NginxWriter out, Pointer origin, Balance balance) {
    if (balance instanceof Balance.LeastConn) {
      out.directive(origin, "least_conn");
    } else if (balance instanceof Balance.IpHash) {
      out.directive(origin, "ip_hash");
    } else if (balance instanceof Balance.Random) {
      out.directive(origin, "random");
    } else if (balance instanceof Balance.Hash hash) {
      if (hash.consistent()) {
        out.directive(origin, "hash", hash.key(), "consistent");
      } else {
        out.directive(origin, "hash", hash.key());
      }
    }
  }

  private static boolean usable(Server server) {
    return server.state() == Server.State.READY;
  }

  private static List<String> parameters(Server server, boolean lastUsable) {
    List<String> parameters = new ArrayList<>();
    parameters.add(NginxText.socket(server.address(), server.port()));
    if (server.weight() != 1) {
      parameters.add("weight=" + server.weight());
    }
    if (server.maxConns() != 0) {
      parameters.add("max_conns=" + server.maxConns());
    }
    // One failure must not take out the last server: nginx would answer 502 for fail_timeout.
    int maxFails = lastUsable ? 0 : server.maxFails();
    if (maxFails != DEFAULT_MAX_FAILS) {
      parameters.add("max_fails=" + maxFails);
    }
    if (!server.failTimeout().equals(DEFAULT_FAIL_TIMEOUT)) {
      parameters.add("fail_timeout=" + NginxText.seconds(server.failTimeout()));
    }
    if (server.backup()) {
      parameters.add("backup");
    }
    if (!usable(server)) {
      parameters.add("down");
    }
    return parameters;
  }
}
