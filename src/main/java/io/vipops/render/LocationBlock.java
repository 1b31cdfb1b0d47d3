package io.vipops.render;

import io.vipops.spec.Route.Action;
import io.vipops.spec.Route.Rule;
import io.vipops.spec.Upstream;
import io.vipops.spec.Upstream.Timeouts;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One {@code location}. */
final class LocationBlock {
  private LocationBlock() {}

  static void write(
      NginxWriter out,
      Pointer origin,
      Locations.Location location,
      Rule rule,
      Map<String, Upstream> upstreams) {
    out.open(origin.to("path"), "location", location.match());
    if (rule.action() instanceof Action.Redirect redirect) {
      out.directive(
          origin.to("redirect"),
          "return",
          String.valueOf(redirect.status()),
          NginxText.url(redirect.to()));
    } else if (rule.action() instanceof Action.Proxy proxy) {
      proxy(out, origin, rule, Objects.requireNonNull(upstreams.get(proxy.upstream())));
    }
    out.close(origin.to("path"));
  }

  private static void proxy(NginxWriter out, Pointer origin, Rule rule, Upstream upstream) {
    Pointer to = origin.to("upstream");
    // Without a URI: nginx then passes the request's own, undecoded.
    out.directive(to, "proxy_pass", "http://" + NginxText.upstream(upstream.name()));
    headers(out, to, upstream.keepalive() > 0);
    Pointer group = Pointer.of("upstreams").to(upstream.name()).to("timeouts");
    Timeouts own = rule.timeouts();
    Timeouts shared = upstream.timeouts();
    Pointer mine = origin.to("timeouts");
    timeout(out, "connect", mine, own.connect(), group, shared.connect());
    timeout(out, "read", mine, own.read(), group, shared.read());
    timeout(out, "send", mine, own.send(), group, shared.send());
  }

  /**
   * The whole set, in every location: nginx inherits either all of them or none. Those that say who
   * the client is replace what the client sent, which anyone can forge.
   */
  private static void headers(NginxWriter out, Pointer to, boolean keepalive) {
    header(out, to, "Host", "$host");
    header(out, to, "Connection", keepalive ? "" : "close");
    header(out, to, "X-Real-IP", "$remote_addr");
    header(out, to, "X-Forwarded-For", "$remote_addr");
    header(out, to, "X-Forwarded-Proto", "$scheme");
    header(out, to, "X-Forwarded-Host", "$host");
    header(out, to, "X-Forwarded-Port", "$server_port");
    header(out, to, "Forwarded", "");
  }

  private static void header(NginxWriter out, Pointer to, String name, String value) {
    out.directive(to, "proxy_set_header", name, value);
  }

  private static void timeout(
      NginxWriter out,
      String which,
      Pointer own,
      @Nullable Duration value,
      Pointer shared,
      @Nullable Duration otherwise) {
    String directive = "proxy_" + which + "_timeout";
    if (value != null) {
      out.directive(own.to(which), directive, NginxText.time(value));
    } else if (otherwise != null) {
      out.directive(shared.to(which), directive, NginxText.time(otherwise));
    }
  }
}
