package io.vipops.web;

import io.vipops.json.Json;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /healthz}, {@code /status.json}, {@code /metrics} and {@code /}: to read, by this host.
 */
final class StatusSite implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger("web");

  private final StatusCache status;
  private final Map<String, BiFunction<HttpRequest, Map<String, @Nullable Object>, HttpResponse>>
      pages;

  /**
   * @param metrics what {@code /metrics} answers for a status
   */
  StatusSite(StatusCache status, Metrics metrics) {
    this.status = status;
    this.pages =
        Map.of(
            "/", (request, now) -> StatusPage.of(now),
            "/healthz", (request, now) -> health(now),
            "/status.json", (request, now) -> json(now),
            "/metrics", (request, now) -> metrics.of(now));
  }

  @Override
  public void handle(HttpRequest request, Consumer<HttpResponse> answer) {
    var page = pages.get(request.path());
    if (!LoopbackHost.allows(request.header("host"))) {
      answer.accept(HttpResponse.line(403, "ask by a loopback address or localhost"));
    } else if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      answer.accept(HttpResponse.line(405, "GET or HEAD only").with("Allow", "GET, HEAD"));
    } else if (page == null) {
      answer.accept(HttpResponse.line(404, "there are /, /healthz, /status.json and /metrics"));
    } else {
      var unused =
          status
              .get()
              .handle(
                  (now, gone) -> {
                    answer.accept(gone == null ? show(page, request, now) : noAgent());
                    return null;
                  });
    }
  }

  private static HttpResponse show(
      BiFunction<HttpRequest, Map<String, @Nullable Object>, HttpResponse> page,
      HttpRequest request,
      Map<String, @Nullable Object> now) {
    if (now.containsKey("error")) {
      return noAgent();
    }
    try {
      return page.apply(request, now);
    } catch (RuntimeException e) {
      LOG.error("{}: a fault in vipops itself", request.path(), e);
      return HttpResponse.line(500, "a fault in vipops itself; see the log");
    }
  }

  private static HttpResponse noAgent() {
    return HttpResponse.line(503, "no answer from the agent");
  }

  /** As the exit code of {@code vipops status}. */
  private static HttpResponse health(Map<String, @Nullable Object> now) {
    if ("healthy".equals(now.get("health"))) {
      return HttpResponse.line(200, "healthy");
    }
    Object reason =
        now.get("degraded_by") instanceof List<?> reasons && !reasons.isEmpty()
            ? reasons.get(0)
            : "no reason known";
    return HttpResponse.line(503, ("degraded: " + reason).replaceAll("\\p{Cntrl}+", " "));
  }

  private static HttpResponse json(Map<String, @Nullable Object> now) {
    return new HttpResponse(200, "application/json", Json.encode(now), Map.of());
  }
}
