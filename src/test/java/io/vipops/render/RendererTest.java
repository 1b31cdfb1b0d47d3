package io.vipops.render;

import static io.vipops.render.Clusters.exact;
import static io.vipops.render.Clusters.prefix;
import static io.vipops.render.Clusters.proxy;
import static io.vipops.render.Clusters.redirect;
import static io.vipops.render.Clusters.route;
import static io.vipops.render.Clusters.server;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.spec.Listener;
import io.vipops.spec.Position;
import io.vipops.spec.Route.PathMatch;
import io.vipops.spec.Server.State;
import io.vipops.spec.Spec;
import io.vipops.spec.Upstream;
import io.vipops.spec.Upstream.Balance;
import io.vipops.spec.Upstream.Timeouts;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RendererTest {
  private static final Spec SPEC = Clusters.withRoutes(route(List.of(), proxy(PathMatch.ALL)));

  @Test
  void theSameSpecGivesTheSameBytesAndId() {
    Generation one = Renderer.render(SPEC, "lb01", Host.DEFAULT).generation();
    Generation two = Renderer.render(SPEC, "lb01", Host.DEFAULT).generation();

    assertThat(two.id()).isEqualTo(one.id()).matches("[0-9a-f]{12}");
    assertThat(two.files().keySet()).containsExactly("nginx/nginx.conf", "vrrp.yaml");
    one.files().forEach((file, bytes) -> assertThat(two.files().get(file)).isEqualTo(bytes));
  }

  @Test
  void anyOtherByteGivesAnotherId() {
    Host host =
        new Host(Path.of("/gen"), Path.of("/run/n.pid"), new InetSocketAddress("127.0.0.1", 9182));
    String id = Renderer.render(SPEC, "lb01", Host.DEFAULT).generation().id();

    assertThat(Renderer.render(SPEC, "lb01", host).generation().id()).isNotEqualTo(id);
  }

  @Test
  void theEndpointAnswersTheIdOfItsOwnGeneration() {
    Generation generation = Renderer.render(SPEC, "lb01", Host.DEFAULT).generation();

    assertThat(nginx(SPEC)).containsOnlyOnce("return 200 \"" + generation.id() + "\\n\";");
  }

  @Test
  void refusesAnUnknownNode() {
    assertThatThrownBy(() -> Renderer.render(SPEC, "lb9", Host.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no node lb9");
  }

  @Test
  void everyLineHasAPositionAndOursHaveNone() {
    Renderer.Rendering rendering = Renderer.render(SPEC, "lb01", Host.DEFAULT);
    List<String> lines = nginx(SPEC).lines().toList();
    List<Position> positions = rendering.lines().get("nginx/nginx.conf");

    assertThat(positions).hasSameSizeAs(lines);
    int server = lines.indexOf("        server 10.1.0.1:8080;");
    assertThat(positions.get(server)).isEqualTo(new Position("cluster.yaml", 7, 1));
    assertThat(positions.get(0)).isEqualTo(new Position("", 0, 0));
  }

  @Test
  void anExactPathTakesTheExactHalfOfAPrefix() {
    String conf =
        nginx(
            Clusters.withRoutes(
                route(List.of(), proxy(prefix("/api/")), redirect(exact("/api"), "/x"))));

    assertThat(conf).containsOnlyOnce("location = /api {").containsOnlyOnce("location /api/ {");
    assertThat(conf.substring(conf.indexOf("location = /api {"))).contains("return 301 /x;");
  }

  @Test
  void pathsWithoutARuleAreNotFoundRatherThanFiles() {
    String conf = nginx(Clusters.withRoutes(route(List.of(), proxy(exact("/a")))));

    String notFound = "location / {\n            return 404;";
    String endpoint = conf.substring(conf.indexOf("listen 127.0.0.1:9182"));
    assertThat(conf.substring(0, conf.length() - endpoint.length())).contains(notFound);
  }

  @Test
  void theLastUsableServerIsNeverLeftOutForAFailure() {
    String conf =
        nginx(
            Clusters.with(
                Clusters.upstream(
                    "backend",
                    new Balance.LeastConn(),
                    List.of(
                        server("10.1.0.1", false, State.READY),
                        server("10.1.0.2", false, State.DRAIN),
                        server("10.1.0.3", true, State.MAINT))),
                route(List.of(), proxy(PathMatch.ALL))));

    assertThat(conf)
        .contains("server 10.1.0.1:8080 max_fails=0;")
        .contains("server 10.1.0.2:8080 down;")
        .contains("server 10.1.0.3:8080 backup down;");
  }

  @Test
  void keepaliveComesAfterTheMethodAndTheServers() {
    Upstream upstream =
        new Upstream("backend", new Balance.LeastConn(), Clusters.servers(2), 32, Timeouts.DEFAULT);
    String conf = nginx(Clusters.with(upstream, route(List.of(), proxy(PathMatch.ALL))));

    assertThat(conf.indexOf("keepalive 32;")).isGreaterThan(conf.lastIndexOf("server 10.1"));
    assertThat(conf).contains("proxy_set_header Connection \"\";");
  }

  @Test
  void aListenerOnAnAddressHasAClosedWildcardBesideIt() {
    Listener listener = new Listener("http", 80, List.of(Clusters.address("10.0.0.50")), null);
    String conf =
        nginx(
            Clusters.with(
                List.of(listener),
                Clusters.upstream("backend", new Balance.RoundRobin(), Clusters.servers(2)),
                route(List.of(), proxy(PathMatch.ALL))));

    assertThat(conf)
        .contains("listen 0.0.0.0:80 default_server;\n        server_name _;\n        return 444;")
        .contains("listen 10.0.0.50:80 default_server;");
  }

  @Test
  void anUpstreamThatNoRouteNamesIsLeftOut() {
    String conf =
        nginx(
            Clusters.with(
                Clusters.upstream("spare", new Balance.RoundRobin(), Clusters.servers(2)),
                route(List.of(), redirect(PathMatch.ALL, "/x"))));

    assertThat(conf).doesNotContain("upstream ");
  }

  static String nginx(Spec spec) {
    return new String(
        Renderer.render(spec, "lb01", Host.DEFAULT).generation().files().get("nginx/nginx.conf"),
        UTF_8);
  }
}
