package io.vipops.worker;

import io.vipops.git.Commit;
import io.vipops.spec.AgentConfig;
import io.vipops.web.Tally;
import io.vipops.web.WebServer;
import io.vipops.web.WorkerCounts;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker towards the web: what it serves, what it hears, and what it tells of commits. */
final class WebSide implements WebServer.Source {
  private static final Logger LOG = LoggerFactory.getLogger(WebSide.class);

  private final ParentAgent agent;
  private final Inbox inbox;
  private final CommitReports reports;
  private final boolean reporting;
  private final Tally passes = new Tally();
  private final Tally stepMs = new Tally();
  private @Nullable WebServer server;
  private History.@Nullable Entry counted;

  private WebSide(AgentConfig config, String version, ParentAgent agent, Inbox inbox) {
    this.agent = agent;
    this.inbox = inbox;
    this.reports = CommitReports.open(config, version);
    this.reporting = config.report() != null;
  }

  /**
   * Starts both; what cannot work is said, and keeps the worker from nothing.
   *
   * @param last of history, from a worker before this one
   */
  static WebSide start(
      AgentConfig config,
      String version,
      ParentAgent agent,
      Inbox inbox,
      History.@Nullable Entry last) {
    WebSide side = new WebSide(config, version, agent, inbox);
    side.counted = last;
    try {
      side.server = WebServer.start(config, side);
    } catch (IOException e) {
      LOG.error("no status page, metrics and webhook until the next start: {}", e.toString());
    }
    return side;
  }

  void reconciling(Commit commit) {
    reports.reconciling(commit);
  }

  /**
   * A look at the branch ended.
   *
   * @param last of history: a new entry is a pass, none is a look that found nothing to do
   */
  void looked(Outcome outcome, History.@Nullable Entry last) {
    if (last == null || !last.commit().equals(outcome.commit())) {
      reports.ended(outcome, null);
      return;
    }
    if (!last.equals(counted)) {
      counted = last;
      passes.add(last.outcome(), 1);
      last.stepMs().forEach(stepMs::add);
    }
    reports.ended(outcome, last.subject());
  }

  /** What is in force has settled, or never had to. */
  void settled(InForce inForce) {
    if (inForce.isSettled()) {
      reports.settled(inForce.commit(), inForce.id());
    }
  }

  /** How it is, for the status: addresses, and what is wrong. */
  Map<String, @Nullable Object> shown() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    if (server != null) {
      all.putAll(server.shown());
    }
    Map<String, @Nullable Object> report = new LinkedHashMap<>();
    report.put("waiting", reports.waiting());
    report.put("error", reports.error());
    all.put("report", reporting ? report : null);
    return all;
  }

  @Override
  public CompletableFuture<Map<String, @Nullable Object>> status() {
    return agent.status();
  }

  @Override
  public WorkerCounts counts() {
    return new WorkerCounts(
        passes.shown(), stepMs.shown(), Map.of(), reports.calls(), reports.waiting());
  }

  @Override
  public void hint() {
    inbox.hint();
  }
}
