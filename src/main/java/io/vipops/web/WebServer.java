package io.vipops.web;

import io.vipops.spec.AgentConfig;
import io.vipops.trust.SecretFile;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What this node serves over HTTP: its status, to itself, and a webhook, if it has one. */
public final class WebServer {
  private final AgentConfig config;
  private final HttpServer server;

  private WebServer(AgentConfig config, HttpServer server) {
    this.config = config;
    this.server = server;
  }

  /** What the server gets from the worker; all of it is called on the server's thread. */
  public interface Source {
    /** The agent's status, as {@code vipops status --json} shows it. */
    CompletableFuture<Map<String, @Nullable Object>> status();

    /** Counts; the webhook's are left empty. */
    WorkerCounts counts();

    /** Somebody may have pushed: the branch is worth a look. Must not wait. */
    void hint();
  }

  /**
   * Starts it. An address that is taken is tried again; nothing here keeps the worker from its
   * work.
   *
   * @throws IOException if this process can have no sockets at all
   */
  public static WebServer start(AgentConfig config, Source source) throws IOException {
    AgentConfig.Webhook hook = config.webhook();
    Webhook webhook =
        hook == null
            ? null
            : new Webhook(
                new SecretFile("webhook.secret_file", hook.secretFile()),
                config.source().branch(),
                source::hint,
                Clock.systemUTC(),
                System::nanoTime);
    Supplier<WorkerCounts> counts = () -> with(source.counts(), webhook);
    StatusSite site =
        new StatusSite(new StatusCache(source::status, System::nanoTime), new Metrics(counts));
    List<Listener> listeners = new ArrayList<>();
    listeners.add(new Listener("http", config.http(), 0, site, () -> null));
    if (hook != null && webhook != null) {
      listeners.add(
          new Listener(
              "webhook", hook.listen(), Webhook.MOST_BODY, webhook, webhook::closedBecause));
    }
    return new WebServer(config, HttpServer.start(listeners));
  }

  private static WorkerCounts with(WorkerCounts counts, @Nullable Webhook webhook) {
    return new WorkerCounts(
        counts.passes(),
        counts.stepMs(),
        webhook == null ? Map.of() : webhook.answers(),
        counts.reports(),
        counts.waiting());
  }

  /** Each listener's address, and why it is closed. */
  public Map<String, @Nullable Object> shown() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("http", one(config.http(), server.error(0)));
    AgentConfig.Webhook hook = config.webhook();
    all.put("webhook", hook == null ? null : one(hook.listen(), server.error(1)));
    return all;
  }

  private static Map<String, @Nullable Object> one(
      java.net.InetSocketAddress address, @Nullable String error) {
    Map<String, @Nullable Object> one = new LinkedHashMap<>();
    one.put("listen", address.getAddress().getHostAddress() + ":" + address.getPort());
    one.put("error", error);
    return one;
  }
}
