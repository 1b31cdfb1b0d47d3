package io.vipops.web;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A status and the worker's counts for Prometheus, text format 0.0.4. Names and units as in
 * prometheus.io/docs/practices/naming: base units, {@code _total} for what only grows.
 */
final class Metrics {
  private static final List<String> STATES =
      List.of("init", "backup", "active", "handing_over", "fault");

  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final Supplier<WorkerCounts> counts;

  Metrics(Supplier<WorkerCounts> counts) {
    this.counts = counts;
  }

  HttpResponse of(Map<String, @Nullable Object> status) {
    Families families = new Families();
    node(families, status);
    list(status.get("vrrp")).forEach(one -> instance(families, map(one)));
    lateness(families, map(status.get("advert_lateness")));
    for (Object check : list(status.get("checks"))) {
      if (map(check).get("ok") instanceof Boolean ok) {
        families
            .gauge("vipops_check_ok", "Whether the check passes.", ok ? 1 : 0)
            .label("check", map(check).get("name"));
      }
    }
    for (Object condition : list(status.get("conditions"))) {
      boolean holds = Boolean.TRUE.equals(map(condition).get("status"));
      families
          .gauge("vipops_condition", "Whether the condition holds.", holds ? 1 : 0)
          .label("type", map(condition).get("type"));
    }
    configuration(families, map(status.get("git")), map(status.get("generation")));
    worker(families, counts.get());
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    try {
      writer.write(out, families.snapshots(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new HttpResponse(
        200, PrometheusTextFormatWriter.CONTENT_TYPE, out.toByteArray(), Map.of());
  }

  private static void node(Families families, Map<String, @Nullable Object> status) {
    Map<?, ?> agent = map(status.get("agent"));
    families.gauge("vipops_up", "1: the worker and the agent answer.", 1);
    families
        .info("vipops_build", "What runs.")
        .label("version", agent.get("version"))
        .label("node", status.get("node"))
        .label("cluster", status.get("cluster"));
    families.gauge(
        "vipops_healthy",
        "Whether vipops status exits with 0.",
        "healthy".equals(status.get("health")) ? 1 : 0);
    families.gauge("vipops_paused", "Whether commits are left alone.", flag(agent.get("paused")));
    families.gauge("vipops_drained", "Whether this node stays Backup.", flag(agent.get("drained")));
    time(families, "vipops_agent_start_time_seconds", "When the agent began.", agent.get("since"));
    families.counter(
        "vipops_worker_restarts", "Workers that ended.", number(agent.get("worker_restarts")));
  }

  private static void instance(Families families, Map<?, ?> one) {
    Object name = one.get("name");
    for (String state : STATES) {
      families
          .gauge(
              "vipops_vrrp_state",
              "1 for the state that the VRRP instance is in.",
              state.equals(one.get("state")) ? 1 : 0)
          .label("instance", name)
          .label("state", state);
    }
    Map<?, ?> priority = map(one.get("priority"));
    families
        .gauge(
            "vipops_vrrp_priority", "Priority, checks included.", number(priority.get("effective")))
        .label("instance", name);
    families
        .gauge(
            "vipops_vrrp_configured_priority",
            "Priority of the spec.",
            number(priority.get("configured")))
        .label("instance", name);
    families
        .counter("vipops_vrrp_transitions", "Changes of state.", number(one.get("transitions")))
        .label("instance", name);
    Map<?, ?> counters = map(one.get("counters"));
    families
        .counter("vipops_vrrp_adverts_sent", "Adverts sent.", number(counters.get("sent")))
        .label("instance", name);
    families
        .counter("vipops_vrrp_adverts_received", "Valid adverts.", number(counters.get("received")))
        .label("instance", name);
    families
        .counter(
            "vipops_vrrp_other_actives",
            "Times that another Active turned up beside this one.",
            number(counters.get("other_actives")))
        .label("instance", name);
    map(counters.get("discarded"))
        .forEach(
            (reason, count) ->
                families
                    .counter(
                        "vipops_vrrp_packets_discarded",
                        "Packets not acted on. The kernel drops those of vrid before the agent, and of ttl those to the group; of a flood of ttl or peer a sample is counted.",
                        number(count))
                    .label("instance", name)
                    .label("reason", reason));
  }

  private static void lateness(Families families, Map<?, ?> lateness) {
    if (lateness.isEmpty()) {
      return; // an agent of before
    }
    Map<Double, Long> buckets = new LinkedHashMap<>();
    for (Object bucket : list(lateness.get("buckets"))) {
      buckets.put(number(map(bucket).get("le")), (long) number(map(bucket).get("count")));
    }
    buckets.put(Double.POSITIVE_INFINITY, (long) number(lateness.get("count")));
    families.histogram(
        "vipops_vrrp_advert_lateness_seconds",
        "From when an advert was due until it was sent, over all instances.",
        buckets,
        number(lateness.get("sum_seconds")));
  }

  private static void configuration(Families families, Map<?, ?> git, Map<?, ?> generation) {
    time(
        families,
        "vipops_git_last_success_timestamp_seconds",
        "When the branch was last seen.",
        git.get("fetched"));
    for (String which : List.of("head", "attempted", "applied")) {
      if (git.get(which) != null) {
        families
            .info("vipops_git_" + which, "The commit that is " + which + ".")
            .label("commit", git.get(which));
      }
    }
    if (!generation.isEmpty()) {
      families
          .info("vipops_generation", "The generation in force.")
          .label("id", generation.get("id"))
          .label("commit", generation.get("commit"))
          .label("phase", generation.get("phase"));
      families.counter(
          "vipops_nginx_reloads", "Reloads of nginx.", number(generation.get("reloads")));
    }
  }

  private static void worker(Families families, WorkerCounts counts) {
    counts
        .passes()
        .forEach(
            (outcome, count) ->
                families
                    .counter("vipops_passes", "Passes by outcome.", count)
                    .label("outcome", outcome));
    counts
        .stepMs()
        .forEach(
            (step, ms) ->
                families
                    .counter("vipops_step_seconds", "Time in each step of passes.", ms / 1e3)
                    .label("step", step));
    counts
        .webhooks()
        .forEach(
            (result, count) ->
                families
                    .counter("vipops_webhook_requests", "Webhooks by result.", count)
                    .label("result", result));
    counts
        .reports()
        .forEach(
            (result, count) ->
                families
                    .counter("vipops_commit_statuses", "Commit statuses sent.", count)
                    .label("result", result));
    families.gauge(
        "vipops_commit_statuses_waiting", "Commit statuses not taken yet.", counts.waiting());
  }

  private static void time(Families families, String name, String help, @Nullable Object instant) {
    try {
      double seconds = Instant.parse(String.valueOf(instant)).toEpochMilli() / 1e3;
      families.gauge(name, help, seconds);
    } catch (DateTimeParseException e) {
      return; // there was none yet
    }
  }

  private static double flag(@Nullable Object value) {
    return Boolean.TRUE.equals(value) ? 1 : 0;
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : 0;
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }
}
