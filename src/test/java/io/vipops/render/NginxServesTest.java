package io.vipops.render;

import static io.vipops.render.Clusters.exact;
import static io.vipops.render.Clusters.prefix;
import static io.vipops.render.Clusters.redirect;
import static io.vipops.render.Clusters.route;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Listener;
import io.vipops.spec.Route;
import io.vipops.spec.Route.Action;
import io.vipops.spec.Route.PathMatch;
import io.vipops.spec.Route.Rule;
import io.vipops.spec.Server;
import io.vipops.spec.Spec;
import io.vipops.spec.Upstream;
import io.vipops.spec.Upstream.Balance;
import io.vipops.spec.Upstream.Timeouts;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients and backends see of a rendered nginx.conf under the real nginx. */
@Tag("root")
class NginxServesTest {
  @TempDir private Path folder;
  private Netns netns;
  private String id;

  @BeforeEach
  void startTwoBackendsAndTheRenderedNginx() throws Exception {
    netns = new Netns();
    startBackends();
    Host host =
        new Host(
            folder,
            folder.resolve("lb.pid"),
            new InetSocketAddress("127.0.0.1", 9182),
            folder,
            "www-data");
    Generation generation = Renderer.render(spec(), "lb01", host).generation();
    id = generation.id();
    Path conf = folder.resolve("lb.conf");
    Files.write(conf, generation.files().get(Renderer.NGINX_CONF));
    netns.start("nginx", "-c", conf.toString(), "-g", "daemon off;");
    await("http://127.0.0.1:9182/generation");
  }

  @AfterEach
  void removeTheNamespace() throws Exception {
    netns.close();
  }

  @Test
  void aPrefixTakesWholeSegmentsAndAnExactPathOnlyItself() throws Exception {
    assertThat(body("http://127.0.0.1/")).startsWith("one ");
    assertThat(body("http://127.0.0.1/api")).startsWith("two ");
    assertThat(body("http://127.0.0.1/api/x")).startsWith("two ");
    assertThat(body("http://127.0.0.1/apix")).startsWith("one ");
    assertThat(body("http://127.0.0.1/login")).startsWith("two ");
    assertThat(body("http://127.0.0.1/login/x")).startsWith("one ");
  }

  @Test
  void aRequestReachesTheBackendUndecoded() throws Exception {
    assertThat(body("http://127.0.0.1/api/a%2Fb%20c?q=%24x")).contains("uri=/api/a%2Fb%20c?q=%24x");
  }

  @Test
  void unknownHostsFindTheConnectionClosed() throws Exception {
    assertThat(body("http://127.0.0.1:8080/", "-H", "Host: shop.example.com")).startsWith("two ");
    // curl's 52: the server closed the connection without an answer.
    assertThat(curl("http://127.0.0.1:8080/", "-H", "Host: other.example.com").exit())
        .isEqualTo(52);
  }

  @Test
  void aVipThatIsNotOnTheHostDoesNotKeepNginxFromStarting() throws Exception {
    assertThat(curl("http://127.0.0.1:8090/").exit()).isEqualTo(52);

    Netns.must(netns.exec("ip", "address", "add", "10.0.0.50/32", "dev", "lo"));
    assertThat(body("http://10.0.0.50:8090/")).startsWith("one ");
  }

  @Test
  void redirectsKeepThePathAndNameThePortOnlyWhereItMatters() throws Exception {
    assertThat(location("http://127.0.0.1:8081/a?b=c", "-H", "Host: shop.example.com"))
        .isEqualTo("301 http://shop.example.com:443/a?b=c");
    assertThat(location("http://127.0.0.1:8082/a", "-H", "Host: shop.example.com"))
        .isEqualTo("301 http://shop.example.com:8080/a");
    assertThat(location("http://127.0.0.1/old/x")).isEqualTo("301 /new?a=%24b%20c");
  }

  @Test
  void theBackendLearnsWhoTheClientIsAndNotWhatItClaims() throws Exception {
    String[] forged = {
      "-H", "Host: Shop.Example.com:8080", "-H", "X-Forwarded-For: 1.2.3.4", "-H",
      "X-Real-IP: 1.2.3.4", "-H", "X-Forwarded-Proto: https", "-H", "X-Forwarded-Host: evil",
      "-H", "Forwarded: for=1.2.3.4", "-H", "Connection: upgrade"
    };
    assertThat(body("http://127.0.0.1:8080/", forged).trim())
        .isEqualTo(
            "two host=shop.example.com real=127.0.0.1 for=127.0.0.1 proto=http"
                + " xhost=shop.example.com port=8080 forwarded= connection= protocol=HTTP/1.1"
                + " uri=/");
    assertThat(body("http://127.0.0.1/")).contains("connection=close protocol=HTTP/1.1");
  }

  @Test
  void theEndpointAnswersTheGenerationAndNothingElse() throws Exception {
    assertThat(body("http://127.0.0.1:9182/generation")).isEqualTo(id + "\n");
    assertThat(status("http://127.0.0.1:9182/")).isEqualTo("404");
    assertThat(status("http://127.0.0.1:9182/generation/")).isEqualTo("404");
  }

  @Test
  void aServerOutOfServiceTakesNoRequestAndPathsWithoutARuleAreNotFound() throws Exception {
    String[] shop = {"-H", "Host: shop.example.com"};
    for (int i = 0; i < 10; i++) {
      assertThat(body("http://127.0.0.1:8080/drained", shop)).startsWith("two ");
    }
    assertThat(body("http://127.0.0.1:8080/elsewhere", shop)).contains("404 Not Found");
  }

  private static Spec spec() {
    Spec spec =
        Clusters.with(
            List.of(
                new Listener("http", 80, List.of(), null),
                new Listener("https", 443, List.of(), null),
                new Listener("shop", 8080, List.of(), null),
                new Listener("to-https", 8081, List.of(), "https"),
                new Listener("to-shop", 8082, List.of(), "shop"),
                new Listener("vip", 8090, List.of(Clusters.address("10.0.0.50")), null)),
            upstream("one", 0, server(9001, Server.State.READY)),
            route(
                List.of(),
                rule(prefix("/api"), "two"),
                rule(exact("/login"), "two"),
                redirect(prefix("/old"), "/new?a=$b c"),
                rule(PathMatch.ALL, "one")),
            new Route(
                List.of("shop"),
                List.of("shop.example.com"),
                List.of(rule(exact("/"), "two"), rule(prefix("/drained"), "drained"))),
            new Route(List.of("vip"), List.of(), List.of(rule(PathMatch.ALL, "one"))));
    TreeMap<String, Upstream> upstreams = new TreeMap<>(spec.cluster().upstreams());
    upstreams.put("two", upstream("two", 8, server(9002, Server.State.READY)));
    upstreams.put(
        "drained",
        upstream("drained", 0, server(9001, Server.State.DRAIN), server(9002, Server.State.READY)));
    return new Spec(
        new io.vipops.spec.Cluster(
            spec.cluster().name(),
            spec.cluster().nodes(),
            spec.cluster().vrrp(),
            spec.cluster().checks(),
            upstreams,
            spec.cluster().listeners(),
            spec.cluster().routes(),
            spec.cluster().rollout()),
        spec.source());
  }

  private static Rule rule(PathMatch path, String upstream) {
    return new Rule(path, new Action.Proxy(upstream), Timeouts.DEFAULT);
  }

  private static Upstream upstream(String name, int keepalive, Server... servers) {
    return new Upstream(
        name, new Balance.RoundRobin(), List.of(servers), keepalive, Timeouts.DEFAULT);
  }

  private static Server server(int port, Server.State state) {
    return new Server(
        Clusters.address("127.0.0.1"), port, 1, 0, 1, Duration.ofSeconds(10), false, state);
  }

  private void startBackends() throws Exception {
    StringBuilder conf = new StringBuilder("user www-data;\npid " + folder + "/backends.pid;\n");
    conf.append("error_log " + folder + "/backends.log;\nevents {}\nhttp {\naccess_log off;\n");
    for (String backend : List.of("one 9001", "two 9002")) {
      String[] words = backend.split(" ");
      conf.append("server { listen 127.0.0.1:" + words[1] + "; location / { return 200 \"");
      conf.append(words[0] + " host=$http_host real=$http_x_real_ip for=$http_x_forwarded_for");
      conf.append(" proto=$http_x_forwarded_proto xhost=$http_x_forwarded_host");
      conf.append(" port=$http_x_forwarded_port forwarded=$http_forwarded");
      conf.append(" connection=$http_connection protocol=$server_protocol");
      conf.append(" uri=$request_uri\\n\"; } }\n");
    }
    Path file = folder.resolve("backends.conf");
    Files.writeString(file, conf.append("}\n"));
    netns.start("nginx", "-c", file.toString(), "-g", "daemon off;");
    await("http://127.0.0.1:9002/");
  }

  /** Waits until the URL answers, at most ten seconds. */
  private void await(String url) throws Exception {
    Netns.must(
        curl(
            url,
            "--retry",
            "100",
            "--retry-delay",
            "0",
            "--retry-max-time",
            "10",
            "--retry-connrefused"));
  }

  private String body(String url, String... options) throws Exception {
    Netns.Result result = curl(url, options);
    assertThat(result.exit()).as(url + result.output()).isZero();
    return result.output();
  }

  private String status(String url) throws Exception {
    return body(url, "-o", "/dev/null", "-w", "%{http_code}");
  }

  private String location(String url, String... options) throws Exception {
    List<String> all = new java.util.ArrayList<>(List.of(options));
    all.addAll(List.of("-o", "/dev/null", "-w", "%{http_code} %header{location}"));
    return body(url, all.toArray(String[]::new));
  }

  private Netns.Result curl(String url, String... options) throws Exception {
    List<String> all =
        new java.util.ArrayList<>(List.of("curl", "-s", "--max-time", "10", "--noproxy", "*"));
    all.addAll(List.of(options));
    all.add(url);
    return netns.exec(all.toArray(String[]::new));
  }
}
