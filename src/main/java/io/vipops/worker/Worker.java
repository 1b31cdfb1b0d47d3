package io.vipops.worker;

import io.vipops.apply.Nginx;
import io.vipops.channel.Channel;
import io.vipops.git.Commit;
import io.vipops.git.GitFailure;
import io.vipops.git.Mirror;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's child: looks at the branch when it is due, does what the agent asks, one thing at a
 * time. It may be killed at any moment.
 */
public final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration PROOF_LIMIT = Duration.ofSeconds(10);
  private static final Duration IDLE_SLACK = Duration.ofSeconds(30);

  private final Inbox inbox;
  private final History history;
  private final InForce inForce;
  private final Reconciler reconciler;
  private final Upkeep upkeep;
  private final Report report;
  private final Verdicts verdicts;
  private final Steps steps;
  private final Schedule schedule;
  private final BootMark bootMark;
  private final WebSide web;
  private final Backoff resumeBackoff = new Backoff();
  private final List<Channel.Call> syncs = new ArrayList<>();
  private int seenSyncs;
  private boolean resumed;

  private Worker(AgentConfig config, String version, Inbox inbox, ParentAgent agent)
      throws IOException, GitFailure {
    Files.createDirectories(config.stateDir());
    this.inbox = inbox;
    this.steps = agent;
    this.history = History.open(config.stateDir());
    Mirror mirror = Mirror.open(config.stateDir().resolve("repo"), config.source());
    Nginx nginx =
        new Nginx(
            config.nginx(),
            config.stateDir().resolve("current/nginx/nginx.conf"),
            Reconciler.hostOf(config).logs().resolve("error.log"),
            PROOF_LIMIT);
    this.inForce = new InForce(config, nginx, agent);
    this.report = new Report(config.source(), mirror.shownUrl(), inForce, history, agent::report);
    this.verdicts = new Verdicts(Verdicts.context(config, version), inForce, history, report);
    this.reconciler =
        new Reconciler(config, version, mirror, inForce, history, steps, report, verdicts);
    this.upkeep = new Upkeep(inForce, steps, report);
    this.schedule = new Schedule(config.source().poll(), config.node());
    this.bootMark = new BootMark(config.runDir());
    this.web = WebSide.start(config, version, agent, inbox, history.last());
    report.join(web);
  }

  /**
   * Works until the agent closes {@code in}: then it finishes nothing and returns.
   *
   * @param in frames from the agent
   * @param out frames to the agent; nothing else may write to it
   * @throws IOException if a frame is not one, or the state folder cannot be used
   * @throws GitFailure if {@code source} in agent.yaml cannot work at all
   */
  public static void run(AgentConfig config, String version, InputStream in, OutputStream out)
      throws IOException, GitFailure {
    Inbox inbox = new Inbox();
    Channel channel = new Channel(in, out, inbox);
    Worker worker = new Worker(config, version, inbox, new ParentAgent(channel));
    Thread loop = new Thread(worker::loop, "worker");
    loop.setDaemon(true);
    loop.start();
    channel.run();
    loop.interrupt();
  }

  private void loop() {
    try {
      while (true) {
        turn();
      }
    } catch (InterruptedException e) {
      LOG.debug("the agent closed the channel");
    }
  }

  /** One turn: what is due, then a wait for the next thing. */
  private void turn() throws InterruptedException {
    try {
      if (isResumeDue()) {
        resume();
      }
      serve();
      boolean due = schedule.isDue() || (isFailedWaiting() && verdicts.backoff().isOver());
      if (!syncs.isEmpty() || (due && !history.isPaused())) {
        look();
      }
      if (syncs.isEmpty() && (!schedule.isDue() || history.isPaused())) {
        upkeep.settle(this::isThereSomethingElse);
        web.settled(inForce);
      }
    } catch (IOException | RuntimeException e) {
      String line = "state_dir cannot be used: " + e;
      LOG.error("{}", line);
      verdicts.backoff().failed();
      if (isResumeDue() && resumeBackoff.isOver()) {
        resumeBackoff.failed();
      }
      syncs.forEach(call -> call.fail(line));
      syncs.clear();
    }
    long waitNs = syncs.isEmpty() ? waitNs() : 0;
    steps.begin("idle", Duration.ofNanos(waitNs).plus(IDLE_SLACK));
    inbox.await(waitNs);
  }

  /** Only what the next turn will act on may shorten the wait: all else would turn for nothing. */
  private long waitNs() {
    long waitNs = schedule.periodNs();
    if (!history.isPaused()) {
      waitNs = schedule.remainingNs();
      if (isFailedWaiting()) {
        waitNs = Math.min(waitNs, verdicts.backoff().remainingNs());
      }
    }
    if (isResumeDue()) {
      waitNs = Math.min(waitNs, resumeBackoff.remainingNs());
    }
    return Math.max(waitNs, 1_000_000);
  }

  /** Whether a failed commit waits for another try that the server is to be asked for. */
  private boolean isFailedWaiting() {
    return verdicts.backoff().isWaiting() && !schedule.isHeldOff();
  }

  private boolean isResumeDue() {
    return !resumed || !upkeep.isConverged();
  }

  private void resume() throws InterruptedException {
    if (!resumeBackoff.isOver()) {
      return;
    }
    if (upkeep.resume(!bootMark.isSet()) == null) {
      resumed = true;
      bootMark.set();
      resumeBackoff.reset();
    } else {
      resumeBackoff.failed();
    }
  }

  private void serve() {
    if (inbox.takeHint() && !history.isPaused()) {
      schedule.soon();
    }
    for (Channel.Call call : inbox.takeAll()) {
      try {
        serve(call);
      } catch (IOException e) {
        String line = call.type + ": state_dir cannot be written: " + e;
        LOG.error("{}", line);
        call.fail(line);
      }
    }
  }

  private void serve(Channel.Call call) throws IOException {
    switch (call.type) {
      case "sync" -> syncs.add(call);
      case "pause" -> {
        history.setPaused(true);
        done(call, "paused: commits are left alone until vipops resume");
      }
      case "resume" -> {
        history.setPaused(false);
        schedule.now();
        done(call, "resumed");
      }
      case "retry" -> {
        done(call, verdicts.retry());
        schedule.now();
      }
      default -> call.fail("the worker knows no request " + call.type);
    }
  }

  private void done(Channel.Call call, String line) {
    LOG.info("{}", line);
    report.send();
    call.reply(Map.of("ok", true, "line", line));
  }

  private void look() throws InterruptedException, IOException {
    List<Channel.Call> asked = List.copyOf(syncs);
    Outcome outcome;
    if (history.isPaused()) {
      outcome =
          new Outcome(
              Outcome.Kind.PAUSED, null, null, "paused: vipops resume lets commits in again", null);
    } else {
      schedule.looked();
      seenSyncs = asked.size();
      outcome =
          reconciler.pass(!asked.isEmpty(), line -> tell(asked, line), this::isThereNewerThan);
      schedule.ended(reconciler.fetchFailure());
      verdicts.looked(outcome);
      web.looked(outcome, history.last());
    }
    if (outcome.kind() == Outcome.Kind.SUPERSEDED) {
      schedule.now(); // those who wait get the newer commit's outcome
    } else {
      asked.forEach(call -> call.reply(outcome.reply()));
      syncs.removeAll(asked);
    }
  }

  private static void tell(List<Channel.Call> asked, String line) {
    asked.forEach(call -> call.progress(Map.of("line", line)));
  }

  /** While settling: the branch is asked when a poll is due or somebody asks for a sync. */
  private boolean isThereNewerThan(Commit commit) {
    serve();
    if ((!schedule.isDue() || history.isPaused()) && syncs.size() == seenSyncs) {
      return false;
    }
    seenSyncs = syncs.size();
    schedule.looked();
    return reconciler.hasMoved(commit.sha());
  }

  /** While a generation settles that no pass waits for. */
  private boolean isThereSomethingElse() {
    serve();
    if (!syncs.isEmpty()) {
      return true;
    }
    boolean failedIsDue = isFailedWaiting() && verdicts.backoff().isOver();
    if (history.isPaused() || !(schedule.isDue() || failedIsDue)) {
      return false;
    }
    schedule.now();
    return true;
  }
}
