package io.vipops.render;

import static io.vipops.render.Clusters.exact;
import static io.vipops.render.Clusters.prefix;
import static io.vipops.render.Clusters.proxy;
import static io.vipops.render.Clusters.redirect;
import static io.vipops.render.Clusters.route;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Route.Action;
import io.vipops.spec.Route.PathMatch;
import io.vipops.spec.Route.Rule;
import io.vipops.spec.Spec;
import io.vipops.spec.Upstream;
import io.vipops.spec.Upstream.Balance;
import io.vipops.spec.Upstream.Timeouts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the real nginx says of extreme specs: no error and no warning. */
@Tag("root")
class NginxAcceptsTest {
  @TempDir private Path folder;

  static List<GoldenCase> cases() throws IOException {
    return GoldenCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGoldenCase(GoldenCase golden) throws Exception {
    Spec spec = golden.spec();
    for (String node : spec.cluster().nodes().keySet()) {
      assertAccepted(spec, node);
    }
  }

  @Test
  void aPlainCluster() throws Exception {
    assertAccepted(Clusters.withRoutes(route(List.of(), proxy(PathMatch.ALL))));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 65, 400, 5000})
  void upstreamsOfManyServers(int servers) throws Exception {
    for (Balance balance : List.of(new Balance.RoundRobin(), new Balance.Hash("$uri", true))) {
      Upstream upstream =
          new Upstream("backend", balance, Clusters.servers(servers), 32, Timeouts.DEFAULT);
      assertAccepted(Clusters.with(upstream, route(List.of(), proxy(PathMatch.ALL))));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 3000})
  void manyLongHostNames(int hosts) throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      String label = "a-rather-long-label-" + i;
      names.add(label + "." + "x".repeat(60) + "." + "y".repeat(60) + ".example.com");
      names.add("*." + label + ".example.com");
      names.add("h" + i + ".example.org");
    }
    assertAccepted(Clusters.withRoutes(route(names, proxy(PathMatch.ALL))));
  }

  @Test
  void veryManyHostNames() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      names.add("h" + i + ".example.org");
    }
    assertAccepted(Clusters.withRoutes(route(names, proxy(PathMatch.ALL))));
  }

  @Test
  void namesThatNginxGivesAMeaningTo() throws Exception {
    for (String name : List.of("default", "backend", "unix", "127.0.0.1", "A", "http", "ü;{$x")) {
      Upstream upstream = Clusters.upstream(name, new Balance.RoundRobin(), Clusters.servers(2));
      assertAccepted(
          Clusters.with(
              upstream,
              route(List.of(), new Rule(PathMatch.ALL, new Action.Proxy(name), Timeouts.DEFAULT))));
    }
  }

  /** Text made of what has a meaning to nginx never ends its directive or changes another. */
  @Test
  void anyTextInPathsAndTargets() throws Exception {
    String alphabet = "\"\\';{}$# \t\r\n~^=*\u0001\u007f\u00e9\u20ac@a0/.%[]()|<>&?:`";
    Random random = new Random(7);
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      StringBuilder text = new StringBuilder("/" + i);
      for (int c = random.nextInt(12); c > 0; c--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String path = text.toString();
      rules.add(redirect(i % 2 == 0 ? exact(path) : prefix(path), path));
    }
    assertAccepted(Clusters.withRoutes(route(List.of(), rules.toArray(Rule[]::new))));
  }

  private void assertAccepted(Spec spec) throws Exception {
    assertAccepted(spec, "lb01");
  }

  private void assertAccepted(Spec spec, String node) throws Exception {
    try (Netns netns = new Netns()) {
      Host host =
          new Host(
              folder,
              folder.resolve("nginx.pid"),
              new InetSocketAddress("127.0.0.1", 9182),
              folder,
              "www-data");
      Path conf = folder.resolve("nginx.conf");
      Files.write(
          conf, Renderer.render(spec, node, host).generation().files().get("nginx/nginx.conf"));
      Netns.Result result = netns.exec("nginx", "-t", "-c", conf.toString());
      assertThat(result.output()).doesNotContain("[warn]").doesNotContain("[emerg]");
      assertThat(result.exit()).as(result.output()).isZero();
    }
  }
}
