package io.vipops.agent;

import io.vipops.engine.AdvertLateness;
import io.vipops.engine.Engine;
import io.vipops.engine.InstanceStatus;
import io.vipops.spec.Addresses;
import io.vipops.spec.Unicast;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.State;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code vipops status --json}: what the agent knows itself, and what the worker last reported. */
final class StatusReport {
  private static final int EVENTS = 20;

  private final String version;
  private final String node;
  private final Engine engine;
  private final Standings standings;
  private final WorkerProcess worker;
  private final DrainFlag drain;
  private final Instant since = Instant.now();
  private Map<String, @Nullable Object> report = Map.of();
  private final Deque<Map<String, Object>> events = new ArrayDeque<>();
  private Boot.@Nullable Choice booted;
  private long restored;

  StatusReport(
      String version,
      String node,
      Engine engine,
      Standings standings,
      WorkerProcess worker,
      DrainFlag drain) {
    this.version = version;
    this.node = node;
    this.engine = engine;
    this.standings = standings;
    this.worker = worker;
    this.drain = drain;
  }

  /** Came up with another generation than the one that was in force. */
  void booted(Boot.Choice choice) {
    booted = choice;
    onEvent(choice.line());
  }

  /** Something that nobody asked for was seen or done; the last ones are kept. */
  void onEvent(String line) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    event.put("line", line);
    events.addLast(event);
    if (events.size() > EVENTS) {
      events.removeFirst();
    }
  }

  /** The engine put an address back that somebody took off. */
  void onRestored(String line) {
    restored++;
    onEvent(line);
  }

  /** The worker's parts: cluster, paused, conditions, git, generation, upstreams. */
  void onReport(Map<String, @Nullable Object> parts) {
    report = parts;
  }

  Map<String, @Nullable Object> json() {
    List<InstanceStatus> instances = engine.status();
    Map<String, @Nullable Object> status = new LinkedHashMap<>();
    status.put("version", 1);
    status.put("node", node);
    status.put("cluster", standings.cluster());
    List<String> degraded = degraded(instances);
    status.put("health", degraded.isEmpty() ? "healthy" : "degraded");
    status.put("degraded_by", degraded);
    status.put("agent", agent());
    status.put("advert_lateness", lateness(engine.lateness()));
    status.put("conditions", conditions());
    status.put("git", report.get("git"));
    status.put("generation", report.get("generation"));
    status.put("vrrp", instances.stream().map(StatusReport::instance).toList());
    status.put("checks", standings.checks(System.nanoTime()));
    status.put("upstreams", report.getOrDefault("upstreams", List.of()));
    status.put("certificates", List.of());
    status.put("events", List.copyOf(events));
    status.put("web", report.get("web"));
    return status;
  }

  /** How this node stands, on one line: for systemd. */
  String line() {
    List<InstanceStatus> instances = engine.status();
    StringBuilder line = new StringBuilder(node).append(": ");
    line.append(
        instances.isEmpty()
            ? "no VRRP instance"
            : instances.stream().map(StatusReport::words).collect(Collectors.joining(", ")));
    if (report.get("generation") instanceof Map<?, ?> generation) {
      line.append("; generation ")
          .append(generation.get("id"))
          .append(' ')
          .append(generation.get("phase"));
    }
    List<String> degraded = degraded(instances);
    if (!degraded.isEmpty()) {
      line.append("; degraded: ").append(degraded.get(0));
    }
    return line.toString().replace('\n', ' ');
  }

  private static String words(InstanceStatus one) {
    return one.instance().name()
        + " "
        + one.state().name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + " since "
        + one.since().truncatedTo(ChronoUnit.SECONDS);
  }

  private Map<String, @Nullable Object> agent() {
    Map<String, @Nullable Object> agent = new LinkedHashMap<>();
    agent.put("version", version);
    agent.put("pid", ProcessHandle.current().pid());
    agent.put("since", since.truncatedTo(ChronoUnit.SECONDS).toString());
    agent.put("paused", paused());
    agent.put("drained", drain.isSet());
    agent.put("worker_pid", worker.up() ? worker.pid() : null);
    agent.put("worker_restarts", worker.restarts());
    agent.put("vips_restored", restored);
    agent.put("worker_step", worker.step());
    return agent;
  }

  /** For a histogram: each bucket counts what the ones before it count, too. */
  private static Map<String, Object> lateness(AdvertLateness seen) {
    List<Map<String, Object>> buckets = new ArrayList<>();
    long within = 0;
    for (int i = 0; i < seen.bounds().size(); i++) {
      within += seen.counts().get(i);
      buckets.add(Map.of("le", seconds(seen.bounds().get(i)), "count", within));
    }
    Map<String, Object> lateness = new LinkedHashMap<>();
    lateness.put("count", within + seen.counts().get(seen.bounds().size()));
    lateness.put("sum_seconds", seconds(seen.sum()));
    lateness.put("buckets", buckets);
    Map<String, Object> minute = new LinkedHashMap<>();
    minute.put("count", seen.minuteCount());
    minute.put("p99_seconds", seconds(seen.minuteP99()));
    minute.put("max_seconds", seconds(seen.minuteMax()));
    lateness.put("last_minute", minute);
    return lateness;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private boolean paused() {
    return Boolean.TRUE.equals(report.get("paused"));
  }

  /** Each reason for exit code 1 of {@code vipops status}, in words. */
  private List<String> degraded(List<InstanceStatus> instances) {
    Set<String> reasons = new LinkedHashSet<>(); // two conditions may have the same message
    for (InstanceStatus one : instances) {
      if (one.rival() != null) {
        reasons.add(
            "two Actives: " + one.rival() + " advertises for " + one.instance().name() + ", too");
      }
      if (one.state() == State.FAULT) {
        reasons.add(one.instance().name() + " is in Fault: " + one.reason());
      } else {
        one.interfaces().stream()
            .filter(it -> it.problem() != null)
            .forEach(it -> reasons.add(one.instance().name() + ": " + it.problem()));
      }
    }
    reasons.addAll(standings.failing(System.nanoTime()));
    Boot.Choice choice = booted;
    if (choice != null && stillRuns(choice)) {
      reasons.add(choice.line());
    }
    if (!worker.up()) {
      reasons.add("the worker is down");
    }
    if (paused()) {
      reasons.add("paused: commits are not applied until vipops resume");
    }
    for (Object condition : conditions()) {
      if (condition instanceof Map<?, ?> one && bad(one)) {
        reasons.add(String.valueOf(one.get("message")));
      }
    }
    return List.copyOf(reasons);
  }

  /** Until another commit, or the repaired generation, is in force. */
  private boolean stillRuns(Boot.Choice choice) {
    return !(report.get("generation") instanceof Map<?, ?> now)
        || Objects.equals(now.get("id"), choice.generation());
  }

  /** The worker's own; of one that was lost, the agent tells. */
  private List<?> conditions() {
    List<?> told = report.get("conditions") instanceof List<?> list ? list : List.of();
    WorkerProcess.Lost lost = worker.lost();
    if (lost == null) {
      return told;
    }
    Map<String, Object> stalled = new LinkedHashMap<>();
    stalled.put("type", "Stalled");
    stalled.put("status", true);
    stalled.put("reason", lost.reason());
    stalled.put("message", lost.message());
    stalled.put("since", lost.since().truncatedTo(ChronoUnit.SECONDS).toString());
    return Stream.concat(
            told.stream()
                .filter(one -> !(one instanceof Map<?, ?> it && "Stalled".equals(it.get("type")))),
            Stream.of(stalled))
        .toList();
  }

  private static boolean bad(Map<?, ?> condition) {
    boolean good = "Ready".equals(condition.get("type"));
    return condition.get("status") instanceof Boolean status && status != good;
  }

  /** As a check is shown. */
  private static Map<String, Object> tracked(InstanceStatus.Tracked one) {
    Map<String, Object> status = new LinkedHashMap<>();
    String problem = one.problem();
    status.put("name", one.tracked().name());
    status.put("ok", problem == null);
    status.put("last", problem == null ? "up" : problem);
    status.put("weight", one.tracked().weight());
    return status;
  }

  private static Map<String, @Nullable Object> instance(InstanceStatus one) {
    Map<String, @Nullable Object> status = new LinkedHashMap<>();
    status.put("name", one.instance().name());
    status.put("state", one.state().name().toLowerCase(Locale.ROOT));
    status.put("since", one.since().truncatedTo(ChronoUnit.MILLIS).toString());
    status.put("reason", one.reason());
    status.put("virtual_router_id", one.instance().virtualRouterId());
    status.put("version", one.instance().version());
    status.put("interface", one.instance().interfaceName());
    status.put(
        "virtual_addresses",
        one.instance().virtualAddresses().stream().map(vip -> vip.prefix().toString()).toList());
    List<VirtualAddress> excluded = one.instance().options().excludedAddresses();
    if (!excluded.isEmpty()) {
      status.put(
          "excluded_addresses", excluded.stream().map(it -> it.prefix().toString()).toList());
    }
    status.put(
        "priority",
        Map.of("configured", one.instance().priority(), "effective", one.effectivePriority()));
    status.put("advert_interval_ms", one.instance().advertInterval().toMillis());
    status.put("active_peer", one.activePeer());
    status.put("other_active", one.rival());
    String group = one.instance().options().syncGroup();
    if (group != null) {
      status.put("sync_group", group);
    }
    if (one.checksum() != null) {
      String wanted = one.instance().options().checksum().name().toLowerCase(Locale.ROOT);
      status.put("checksum", Map.of("configured", wanted, "sent", one.checksum()));
    }
    Unicast unicast = one.instance().options().unicast();
    if (unicast != null) {
      List<String> peers = unicast.peers().stream().map(Addresses::text).toList();
      status.put("unicast", Map.of("peers", peers, "min_ttl", unicast.minTtl()));
    }
    status.put("transitions", one.transitions());
    status.put("interfaces", one.interfaces().stream().map(StatusReport::tracked).toList());
    Map<String, Object> counters = new LinkedHashMap<>();
    counters.put("sent", one.sent());
    counters.put("received", one.received());
    counters.put("discarded", one.discarded());
    counters.put("other_actives", one.contests());
    status.put("counters", counters);
    return status;
  }
}
