package io.vipops.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vipops.json.Json;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Takes commit statuses as GitHub, GitLab or Gitea does, and refuses what they refuse. */
public final class StatusServer implements AutoCloseable {
  public static final String TOKEN = "t0ken-that-nobody-may-see";

  /** What one call that was taken set. */
  public record Status(String sha, String state, String context, String description) {}

  /** How the next calls go wrong: a status, and headers. */
  public record Trouble(int status, Map<String, String> headers) {}

  private final AgentConfig.Report.Kind kind;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  public final List<Status> taken = new CopyOnWriteArrayList<>();
  public final List<String> calls = new CopyOnWriteArrayList<>();
  public final Queue<Trouble> troubles = new ConcurrentLinkedQueue<>();
  public final Set<String> unknown = java.util.concurrent.ConcurrentHashMap.newKeySet();
  public final AtomicInteger elsewhere = new AtomicInteger();
  public volatile boolean drips;

  public StatusServer(AgentConfig.Report.Kind kind, int port) throws IOException {
    this.kind = kind;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public URI url() {
    String path = kind == AgentConfig.Report.Kind.GITLAB ? "/api/v4" : "/api/v1";
    return URI.create("http://127.0.0.1:" + port() + path + "/");
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String target = exchange.getRequestURI().getRawPath();
      calls.add(exchange.getRequestMethod() + " " + target);
      // As servers do that are asked to; the JDK's closes, but says nothing.
      exchange.getResponseHeaders().add("Connection", "close");
      if (target.startsWith("/elsewhere")) {
        elsewhere.incrementAndGet();
      }
      if (drips) {
        drip(exchange);
        return;
      }
      Trouble trouble = troubles.poll();
      if (trouble != null) {
        trouble.headers().forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
        exchange.sendResponseHeaders(trouble.status(), -1);
        return;
      }
      String refusal = take(exchange, target, body);
      byte[] answer =
          (refusal == null ? "{\"id\":1}" : "{\"message\":\"" + refusal.substring(4) + "\"}")
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(
          refusal == null ? 201 : Integer.parseInt(refusal.substring(0, 3)), answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static void drip(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try {
      while (true) {
        exchange.getResponseBody().write(' ');
        exchange.getResponseBody().flush();
        Thread.sleep(100); // its manner: a byte now and then
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Null: taken; else the refusal's status and message. */
  private @Nullable String take(HttpExchange exchange, String target, byte[] body) {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    boolean known =
        switch (kind) {
          case GITHUB -> ("Bearer " + TOKEN).equals(authorization);
          case GITEA -> ("token " + TOKEN).equals(authorization);
          case GITLAB -> TOKEN.equals(exchange.getRequestHeaders().getFirst("PRIVATE-TOKEN"));
        };
    if (!known) {
      return "401 Bad credentials";
    }
    boolean gitlab = kind == AgentConfig.Report.Kind.GITLAB;
    String prefix =
        gitlab ? "/api/v4/projects/team%2Flb/statuses/" : "/api/v1/repos/team/lb/statuses/";
    String sha = target.substring(target.lastIndexOf('/') + 1);
    if (!exchange.getRequestMethod().equals("POST") || !target.equals(prefix + sha)) {
      return "404 Not Found";
    }
    if (!sha.matches("[0-9a-f]{40}") || unknown.contains(sha)) {
      return gitlab ? "404 Commit Not Found" : "422 No commit found for SHA";
    }
    Map<String, @Nullable Object> json;
    try {
      json = Json.decode(body);
    } catch (Json.MalformedException e) {
      return "400 Problems parsing JSON";
    }
    Set<String> states =
        gitlab
            ? Set.of("pending", "running", "success", "failed", "canceled", "skipped")
            : Set.of("pending", "success", "error", "failure");
    String state = String.valueOf(json.get("state"));
    String context = String.valueOf(json.get(gitlab ? "name" : "context"));
    String description = String.valueOf(json.get("description"));
    if (!states.contains(state) || description.length() > 140 || context.equals("null")) {
      return "422 Validation failed";
    }
    Status status = new Status(sha, state, context, description);
    boolean again =
        taken.stream()
            .filter(one -> one.sha().equals(sha))
            .reduce((first, second) -> second)
            .filter(one -> one.state().equals(state))
            .isPresent();
    if (gitlab && again) {
      return "400 Cannot transition status via :" + state + " from :" + state;
    }
    taken.add(status);
    return null;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
