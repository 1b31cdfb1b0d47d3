package io.vipops.worker;

import io.vipops.apply.Nginx;
import io.vipops.apply.StorageException;
import io.vipops.channel.Channel;
import io.vipops.git.Commit;
import io.vipops.git.GitFailure;
import io.vipops.git.Mirror;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
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
  private static final long LOOK_AT_HANGING_NS = Duration.ofSeconds(1).toNanos();

  private final Inbox inbox;
  private final Requests requests;
  private final History history;
  private final InForce inForce;
  private final Reconciler reconciler;
  private final Upkeep upkeep;
  private final Rollback rollback;
  private final Attempts attempts;
  private final Report report;
  private final Verdicts verdicts;
  private final Steps steps;
  private final Schedule schedule;
  private final BootMark bootMark;
  private final StateFolder folder;
  private final Drift drift;
  private long driftDueNs = System.nanoTime();
  private final WebSide web;
  private final Backoff resumeBackoff = new Backoff();
  private int seenSyncs;
  private boolean resumed;

  private Worker(AgentConfig config, String version, Inbox inbox, ParentAgent agent)
      throws IOException, GitFailure {
    this.inbox = inbox;
    this.steps = agent;
    this.history = History.open(config.stateDir());
    this.attempts = new Attempts(config.stateDir());
    Mirror mirror = Mirror.open(config.stateDir().resolve("repo"), config.source());
    Nginx nginx =
        new Nginx(
            config.nginx(),
            config.stateDir().resolve("current/nginx/nginx.conf"),
            Reconciler.hostOf(config).logs().resolve("error.log"),
            PROOF_LIMIT);
    Restoration restoration = new Restoration(config, version, mirror, history, agent::event);
    this.inForce = new InForce(config, nginx, agent, restoration);
    this.report = new Report(config.source(), mirror.shownUrl(), inForce, history, agent::report);
    this.folder = new StateFolder(config.stateDir(), history, report);
    this.verdicts =
        new Verdicts(Verdicts.context(config, version), inForce, history, attempts, report);
    this.rollback = new Rollback(inForce, history, verdicts, report, steps);
    this.reconciler =
        new Reconciler(config, version, mirror, inForce, history, steps, report, verdicts);
    this.upkeep = new Upkeep(inForce, history, steps, report);
    this.schedule = new Schedule(config.source().poll(), config.node());
    this.requests = new Requests(inbox, history, verdicts, reconciler, report, schedule, folder);
    this.drift = new Drift(config, inForce, nginx, restoration, agent, report, agent::event);
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
    ParentAgent agent = new ParentAgent(channel);
    // Settings that cannot work at all.
    Mirror.open(config.stateDir().resolve("repo"), config.source()).close();
    AtomicReference<@Nullable Attempts> attempts = new AtomicReference<>();
    Thread loop =
        new Thread(
            () -> {
              try {
                Worker worker = open(config, version, inbox, agent);
                attempts.set(worker.attempts);
                Runtime.getRuntime()
                    .addShutdownHook(new Thread(worker.attempts::forgive, "forgive"));
                worker.loop();
                worker.attempts.forgive();
                Runtime.getRuntime().halt(0); // the agent starts another at once
              } catch (InterruptedException e) {
                LOG.debug("the agent closed the channel");
              }
            },
            "worker");
    loop.setDaemon(true);
    loop.start();
    channel.run();
    loop.interrupt();
    Attempts underWay = attempts.get();
    if (underWay != null) {
      underWay.forgive(); // the agent ended, which is not the commit's doing
    }
  }

  /** Opens the state folder, however often that takes: a worker that ended would help nobody. */
  private static Worker open(AgentConfig config, String version, Inbox inbox, ParentAgent agent)
      throws InterruptedException {
    Unopened unopened = new Unopened(config, inbox, agent);
    while (true) {
      try {
        return new Worker(config, version, inbox, agent);
      } catch (IOException e) {
        unopened.await(StorageException.line(config.stateDir(), e));
      } catch (GitFailure e) {
        unopened.await(e.line());
      }
    }
  }

  /** Returns when all is done and a connection hangs that only the process's end lets go. */
  private void loop() throws InterruptedException {
    do {
      turn();
      requests.serve();
    } while (requests.isAsked() || !reconciler.hangs());
    steps.begin("idle", IDLE_SLACK); // a request may have been served since: no step is cut off
    LOG.info("a question to the Git server hangs although another was answered: starting anew");
  }

  /** One turn: what is due, then a wait for the next thing. */
  private void turn() throws InterruptedException {
    try {
      if (isResumeDue()) {
        resume();
      }
      rollback.tidyUp();
      requests.serve();
      boolean usable = folder.isUsable();
      Channel.Call wanted = usable ? requests.takeRollback() : null;
      if (wanted != null) {
        rollBack(wanted);
      }
      boolean due = schedule.isDue() || (isFailedWaiting() && verdicts.backoff().isOver());
      if (!usable) {
        requests.refuse(String.valueOf(folder.trouble()));
      } else if (!requests.syncs().isEmpty() || (due && !history.isPaused())) {
        look();
      }
      if (usable && resumed && System.nanoTime() - driftDueNs >= 0) {
        steps.begin("drift", Switchover.LONG);
        drift.look(history.isPaused());
        driftDueNs = System.nanoTime() + schedule.periodNs() * 9 / 10;
      }
      if (usable && !requests.isAsked() && (!schedule.isDue() || history.isPaused())) {
        upkeep.settle(this::isThereSomethingElse);
        web.settled(inForce);
      }
    } catch (IOException | RuntimeException e) {
      String line = folder.failed(e);
      if (e instanceof RuntimeException) {
        LOG.error("a fault in vipops itself", e);
      }
      verdicts.backoff().failed();
      if (isResumeDue() && resumeBackoff.isOver()) {
        resumeBackoff.failed();
      }
      requests.refuse(line);
    }
    long waitNs = requests.isAsked() ? 0 : waitNs();
    steps.begin("idle", Duration.ofNanos(waitNs).plus(IDLE_SLACK));
    inbox.await(waitNs);
  }

  /** Only what the next turn will act on may shorten the wait: all else would turn for nothing. */
  private long waitNs() {
    long waitNs = schedule.periodNs();
    if (folder.trouble() != null) {
      waitNs = folder.retryNs();
    } else if (!history.isPaused()) {
      waitNs = schedule.remainingNs();
      if (isFailedWaiting()) {
        waitNs = Math.min(waitNs, verdicts.backoff().remainingNs());
      }
    }
    if (isResumeDue()) {
      waitNs = Math.min(waitNs, resumeBackoff.remainingNs());
    }
    if (reconciler.isAsking()) {
      waitNs = Math.min(waitNs, LOOK_AT_HANGING_NS);
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

  private void rollBack(Channel.Call call) throws InterruptedException, IOException {
    String wanted = call.body.get("id") instanceof String id ? id : null;
    seenSyncs = requests.syncs().size();
    try {
      Outcome outcome =
          rollback.to(wanted, line -> tell(List.of(call), line), this::isThereNewerThan);
      call.reply(outcome.reply());
    } catch (IOException | RuntimeException e) {
      call.fail("rollback: " + folder.failed(e));
      throw e;
    }
  }

  private void look() throws InterruptedException, IOException {
    List<Channel.Call> asked = requests.syncs();
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
      folder.after(outcome);
      web.looked(outcome, history.last());
    }
    if (outcome.kind() == Outcome.Kind.SUPERSEDED) {
      schedule.now(); // those who wait get the newer commit's outcome
    } else {
      asked.forEach(call -> call.reply(outcome.reply()));
      requests.answered(asked);
    }
  }

  private static void tell(List<Channel.Call> asked, String line) {
    asked.forEach(call -> call.progress(Map.of("line", line)));
  }

  /** While settling: the branch is asked when a poll is due or somebody asks for a sync. */
  private boolean isThereNewerThan(Commit commit) {
    requests.serve();
    if (requests.isRollbackAsked()) {
      return true;
    }
    int syncs = requests.syncs().size();
    if ((!schedule.isDue() || history.isPaused()) && syncs == seenSyncs) {
      return false;
    }
    seenSyncs = syncs;
    schedule.looked();
    return reconciler.hasMoved(commit.sha());
  }

  /** While a generation settles that no pass waits for. */
  private boolean isThereSomethingElse() {
    requests.serve();
    if (requests.isAsked()) {
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
