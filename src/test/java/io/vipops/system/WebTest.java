package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.json.Json;
import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node serves over HTTP is what {@code vipops status} says. */
@Tag("root")
class WebTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  private static String get(Cluster cluster, String path, String... more) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of("curl", "-s", "-w", "\n%{http_code}"));
    command.addAll(List.of(more));
    command.add("http://127.0.0.1:9180" + path);
    return cluster.host("lb01").exec(command.toArray(String[]::new));
  }

  private static boolean isHealthy(Cluster cluster) throws Exception {
    try {
      return get(cluster, "/healthz").equals("healthy\n\n200");
    } catch (IOException e) {
      return false; // nobody listens yet
    }
  }

  @Test
  void theSiteSaysWhatVipopsStatusSays() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      String commit = cluster.push("start", Specs.classic(1));
      cluster.startAgent("lb01");
      Await.until("healthy", LIMIT, () -> cluster.vipops("lb01", "status").code() == 0);
      Await.until("also here", LIMIT, () -> isHealthy(cluster));

      Await.until(
          "Active",
          LIMIT,
          () -> get(cluster, "/metrics").contains("{instance=\"web\",state=\"active\"} 1.0"));

      String served = get(cluster, "/status.json");
      Map<String, @Nullable Object> json =
          Json.decode(
              served.substring(0, served.lastIndexOf('\n')).getBytes(StandardCharsets.UTF_8));
      Map<String, @Nullable Object> asked = cluster.ask("lb01", "status");
      assertThat(json.keySet()).isEqualTo(asked.keySet());
      assertThat(json.get("generation")).isEqualTo(asked.get("generation"));
      assertThat(get(cluster, "/metrics"))
          .contains(
              "vipops_vrrp_advert_lateness_seconds_bucket{le=\"1.0\"} ",
              "vipops_vrrp_state{instance=\"web\",state=\"active\"} 1.0")
          .contains("vipops_git_applied_info{commit=\"" + commit + "\"} 1")
          .contains("vipops_healthy 1.0");
      assertThat(get(cluster, "/")).contains("lb01", "10.0.0.50/24", commit);
      assertThat(get(cluster, "/", "-H", "Host: lb.example.com")).endsWith("\n403");
      assertThat(get(cluster, "/", "-X", "POST")).endsWith("\n405");

      cluster.vipops("lb01", "pause");
      Await.until("degraded", LIMIT, () -> get(cluster, "/healthz").startsWith("degraded: paused"));
      assertThat(get(cluster, "/healthz")).endsWith("\n503");
      assertThat(cluster.vipops("lb01", "status").code()).isEqualTo(1);

      String config = Files.readString(cluster.configOf("lb01"));
      assertThat(config).doesNotContain("webhook");
      assertThat(cluster.host("lb01").exec("ss", "-Hltn"))
          .contains("127.0.0.1]:9180")
          .doesNotContain(":9181");
    }
  }
}
