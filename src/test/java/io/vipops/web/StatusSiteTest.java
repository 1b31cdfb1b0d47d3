package io.vipops.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatusSiteTest {
  private static final Path STATUS = Path.of("src/test/resources/web/status.json");

  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong nowNs = new AtomicLong();
  private CompletableFuture<Map<String, @Nullable Object>> status =
      CompletableFuture.completedFuture(read());

  private static Map<String, @Nullable Object> read() {
    try {
      return new LinkedHashMap<>(Json.decode(Files.readAllBytes(STATUS)));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private final StatusSite site =
      new StatusSite(
          new StatusCache(
              () -> {
                asked.incrementAndGet();
                return status;
              },
              nowNs::get),
          new Metrics(
              () ->
                  new WorkerCounts(
                      Map.of("applied", 2L, "refused", 1L),
                      Map.of("fetch", 1500L),
                      Map.of("accepted", 3L),
                      Map.of("taken", 4L),
                      1)));

  private HttpResponse ask(String method, String path, Map<String, String> headers) {
    List<HttpResponse> answers = new ArrayList<>();
    site.handle(new HttpRequest(method, path, headers, new byte[0]), answers::add);
    return answers.isEmpty() ? HttpResponse.line(0, "none yet") : answers.get(0);
  }

  private HttpResponse get(String path) {
    return ask("GET", path, Map.of("host", "127.0.0.1:9180"));
  }

  private static String text(HttpResponse response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  @Test
  void healthFollowsTheStatus() {
    assertThat(get("/healthz").status()).isEqualTo(200);
    assertThat(text(get("/healthz"))).isEqualTo("healthy\n");
    Map<String, @Nullable Object> degraded = read();
    degraded.put("health", "degraded");
    degraded.put("degraded_by", List.of("check nginx fails:\nhttp 500", "paused"));
    status = CompletableFuture.completedFuture(degraded);
    nowNs.addAndGet(2_000_000_000L);
    assertThat(get("/healthz").status()).isEqualTo(503);
    assertThat(text(get("/healthz"))).isEqualTo("degraded: check nginx fails: http 500\n");
  }

  @Test
  void statusJsonIsTheAgentsStatus() throws Exception {
    assertThat(Json.decode(get("/status.json").body())).isEqualTo(read());
  }

  @Test
  void onlyGetAndHeadAreAnswered() {
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get")) {
      HttpResponse answer = ask(method, "/status.json", Map.of("host", "localhost"));
      assertThat(answer.status()).as(method).isEqualTo(405);
      assertThat(answer.headers()).containsEntry("Allow", "GET, HEAD");
    }
    assertThat(ask("HEAD", "/", Map.of("host", "localhost")).status()).isEqualTo(200);
    assertThat(get("/nothing").status()).isEqualTo(404);
    assertThat(get("/../etc/passwd").status()).isEqualTo(404);
  }

  @Test
  void aNameThatIsNotLoopbackIsRefused() {
    for (String host :
        List.of("evil.example", "127.0.0.1.evil.example", "lb01:9180", "10.0.0.51", "", "[::2]")) {
      assertThat(ask("GET", "/status.json", Map.of("host", host)).status()).as(host).isEqualTo(403);
    }
    for (String host :
        List.of("localhost", "LOCALHOST:9180", "127.0.0.1", "127.0.0.2:1", "[::1]:9")) {
      assertThat(ask("GET", "/status.json", Map.of("host", host)).status()).as(host).isEqualTo(200);
    }
    assertThat(ask("GET", "/healthz", Map.of()).status()).isEqualTo(200);
  }

  @Test
  void theAgentIsAskedOnceASecondAndOnceForMany() {
    status = new CompletableFuture<>();
    for (int i = 0; i < 100; i++) {
      get("/healthz");
    }
    assertThat(asked).hasValue(1);
    status.complete(read());
    for (int i = 0; i < 100; i++) {
      assertThat(get("/metrics").status()).isEqualTo(200);
    }
    assertThat(asked).hasValue(1);
    nowNs.addAndGet(1_000_000_000L);
    get("/healthz");
    assertThat(asked).hasValue(2);
  }

  @Test
  void withoutTheAgentItSaysSo() {
    status = CompletableFuture.failedFuture(new java.io.IOException("the other side closed"));
    assertThat(get("/healthz").status()).isEqualTo(503);
    assertThat(text(get("/metrics"))).isEqualTo("no answer from the agent\n");
  }

  @Test
  void thePageShowsTheStatusAndNothingOfItIsMarkup() {
    Map<String, @Nullable Object> hostile = read();
    hostile.put("degraded_by", List.of("<script>alert(1)</script>"));
    hostile.put("cluster", "\"><img src=x onerror=alert(2)>");
    status = CompletableFuture.completedFuture(hostile);
    HttpResponse page = get("/");
    assertThat(text(page))
        .contains("lb01", "10.0.0.50/24", "active", "100 of 100", "nginx", "http 200 in 3 ms")
        .contains("3f2a9c81d0aa", "add b104", "backend", "1 of 1", "&lt;script&gt;alert(1)")
        .doesNotContain("<script", "<img", "http://", "https://");
    assertThat(page.headers().get("Content-Security-Policy"))
        .startsWith("default-src 'none'; style-src 'sha256-")
        .doesNotContain("unsafe");
  }

  @Test
  void metricsHaveAllThatTheStatusHas() {
    HttpResponse answer = get("/metrics");
    String metrics = text(answer);
    assertThat(answer.type()).startsWith("text/plain; version=0.0.4");
    assertThat(metrics.lines())
        .contains(
            "vipops_up 1.0",
            "vipops_healthy 1.0",
            "vipops_build_info{cluster=\"web\",node=\"lb01\",version=\"0.1.0\"} 1",
            "vipops_vrrp_state{instance=\"web\",state=\"active\"} 1.0",
            "vipops_vrrp_state{instance=\"web\",state=\"backup\"} 0.0",
            "vipops_vrrp_priority{instance=\"web\"} 100.0",
            "vipops_vrrp_transitions_total{instance=\"web\"} 1.0",
            "vipops_vrrp_adverts_sent_total{instance=\"web\"} 12.0",
            "vipops_vrrp_advert_lateness_seconds_bucket{le=\"5.0E-4\"} 10",
            "vipops_vrrp_advert_lateness_seconds_bucket{le=\"0.001\"} 11",
            "vipops_vrrp_advert_lateness_seconds_bucket{le=\"1.0\"} 11",
            "vipops_vrrp_advert_lateness_seconds_bucket{le=\"+Inf\"} 12",
            "vipops_vrrp_advert_lateness_seconds_count 12",
            "vipops_vrrp_advert_lateness_seconds_sum 0.004",
            "vipops_vrrp_other_actives_total{instance=\"web\"} 2.0",
            "vipops_vrrp_packets_discarded_total{instance=\"web\",reason=\"ttl\"} 0.0",
            "vipops_check_ok{check=\"nginx\"} 1.0",
            "vipops_condition{type=\"Ready\"} 1.0",
            "vipops_nginx_reloads_total 3.0",
            "vipops_passes_total{outcome=\"refused\"} 1.0",
            "vipops_step_seconds_total{step=\"fetch\"} 1.5",
            "vipops_webhook_requests_total{result=\"accepted\"} 3.0",
            "vipops_commit_statuses_waiting 1.0",
            "vipops_worker_restarts_total 0.0")
        .anyMatch(line -> line.startsWith("vipops_git_applied_info{commit=\"0d1a26e6"))
        .anyMatch(line -> line.startsWith("vipops_git_last_success_timestamp_seconds 1.7"))
        .anyMatch(line -> line.startsWith("vipops_generation_info{"));
  }

  /** Of prometheus.io/docs/practices/naming and the text format, what a line can break. */
  @Test
  void metricsKeepToTheFormatAndItsNames() {
    Set<String> typed = new LinkedHashSet<>();
    String type = "";
    for (String line : text(get("/metrics")).lines().toList()) {
      if (line.startsWith("# TYPE ")) {
        String[] words = line.split(" ", -1);
        assertThat(typed.add(words[2])).as("twice: " + words[2]).isTrue();
        type = words[3];
        assertThat(words[2].endsWith("_total")).as(line).isEqualTo(type.equals("counter"));
      } else if (!line.startsWith("#")) {
        assertThat(line).matches("vipops_[a-z_]+(\\{([a-z_]+=\"[^\"\\\\]*\",?)+\\})? [0-9.E]+");
        String name = line.replaceFirst("[{ ].*", "");
        if (type.equals("histogram")) {
          name = name.replaceFirst("_(bucket|sum|count)$", "");
        }
        assertThat(typed).contains(name);
        assertThat(name).doesNotContain("_ms", "_milli", "_percent");
      }
    }
    assertThat(typed).hasSizeGreaterThan(20);
  }
}
