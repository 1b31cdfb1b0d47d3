package io.vipops.agent;

import io.vipops.apply.StorageException;
import io.vipops.channel.Channel;
import io.vipops.engine.Engine;
import io.vipops.engine.EngineException;
import io.vipops.engine.EngineListener;
import io.vipops.engine.Heartbeat;
import io.vipops.engine.Recorder;
import io.vipops.linux.SystemCallException;
import io.vipops.linux.Urgency;
import io.vipops.probe.CheckRunner;
import io.vipops.probe.Prober;
import io.vipops.probe.Result;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.Check;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.State;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The long-lived process. One thread, the agent's, owns everything here: check results, messages of
 * the worker and requests of the command line are handled one after the other. The engine has its
 * own thread, which nothing here can hold up.
 */
public final class Agent {
  private static final Logger LOG = LoggerFactory.getLogger("agent");

  /** A tick that comes so much later than the last one: this process was stopped or starved. */
  private static final long STALL_NS = TimeUnit.SECONDS.toNanos(3);

  private final AgentConfig config;
  private final AgentThread thread = new AgentThread();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final DrainFlag drain;
  private final LearnedChecksums checksums;
  private final Standings standings;
  private final Engine engine;
  private final CheckRunner checks;
  private final VrrpHalf vrrp;
  private final WorkerProcess worker;
  private final StatusReport status;
  private final AgentLock lock;
  private final @Nullable Recorder recorder;
  private final SystemdNotice systemd;
  private volatile @Nullable ControlSocket control;
  private final Notifications notifications = new Notifications(this::onNotification);
  private final Repetition repetition = new Repetition();
  private long lastTickNs = System.nanoTime();

  /** Set before the engine ends: what the worker is refused from then on is not its commit's. */
  private volatile boolean stopping;

  private Agent(
      AgentConfig config,
      String version,
      List<String> workerCommand,
      AgentLock lock,
      @Nullable Path record)
      throws IOException {
    this.config = config;
    this.lock = lock;
    recorder = record == null ? null : record(record);
    drain = DrainFlag.load(config.stateDir().resolve("state"));
    standings = new Standings(drain.isSet());
    systemd = SystemdNotice.of(System.getenv(), ProcessHandle.current().pid());
    checksums = LearnedChecksums.load(config.stateDir());
    engine = Engine.start(new Listener(), systemd.heartbeat().orElse(Heartbeat.NONE), recorder);
    run(config.engine());
    engine.learned(checksums.forms());
    AgentConfig.Nginx nginx = config.nginx();
    Prober prober = new Prober(nginx.pid(), nginx.binary(), nginx.endpoint());
    checks =
        new CheckRunner(prober::run, (check, result) -> thread.run(() -> onProbe(check, result)));
    vrrp = new VrrpHalf(engine, checks, standings, thread::run);
    worker = new WorkerProcess(workerCommand, thread, call -> thread.run(() -> onWorker(call)));
    status = new StatusReport(version, config.node(), engine, standings, worker, drain);
  }

  /** What somebody counts on must not be missing without a word. */
  private void run(AgentConfig.EngineRun wanted) throws CannotStartException {
    try {
      if (wanted.mlock()) {
        Urgency.keepInMemory();
      }
    } catch (SystemCallException e) {
      throw new CannotStartException(
          "engine.mlock is not permitted ("
              + e.getMessage()
              + "): give vipops.service a drop-in with LimitMEMLOCK=infinity, or set it to false");
    }
    try {
      if (wanted.realtimePriority() > 0) {
        engine.realtime(wanted.realtimePriority());
      }
    } catch (EngineException e) {
      throw new CannotStartException(
          "engine.realtime_priority is not permitted ("
              + e.getMessage()
              + "): give vipops.service a drop-in with RestrictRealtime=no,"
              + " SystemCallFilter=@resources and LimitRTPRIO=99, or set it to 0");
    }
  }

  private static Recorder record(Path file) throws CannotStartException {
    try {
      return Recorder.open(file, LOG::error);
    } catch (FileAlreadyExistsException e) {
      throw new CannotStartException("cannot record to " + file + ": it exists already");
    } catch (IOException e) {
      throw new CannotStartException("cannot record: " + StorageException.line(file, e));
    }
  }

  /**
   * Runs until {@link #stop} or until the engine fails.
   *
   * @param version of this build, for the status
   * @param workerCommand starts a worker
   * @param record where every event of the state machines is written; null: nowhere
   * @param proven generations that have served before, the newest first; asked once, under the lock
   * @throws CannotStartException if another agent has one of the folders, or this process may not
   *     do what the engine must
   * @throws IOException if the state or run folder cannot be used
   */
  public static Agent start(
      AgentConfig config,
      String version,
      List<String> workerCommand,
      @Nullable Path record,
      Supplier<List<String>> proven)
      throws IOException {
    Files.createDirectories(config.stateDir());
    Files.createDirectories(config.runDir());
    AgentLock lock = AgentLock.take(config);
    try {
      Agent agent = new Agent(config, version, workerCommand, lock, record);
      agent.open(new Boot(config).choose(proven));
      return agent;
    } catch (EngineException e) {
      lock.close();
      throw new CannotStartException(
          e.getMessage() + "; vipops agent needs root, or CAP_NET_RAW and CAP_NET_ADMIN");
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void open(Boot.Choice choice) {
    openControl();
    thread.run(() -> boot(choice));
    thread.everySecond(this::onTick);
  }

  /** Commands have to wait while the run folder is full; VIPs have not. */
  private void openControl() {
    try {
      control =
          ControlSocket.open(
              config.runDir().resolve("control.sock"), call -> thread.run(() -> onControl(call)));
    } catch (IOException e) {
      String line = repetition.line(StorageException.line(config.runDir(), e), System.nanoTime());
      if (line != null) {
        LOG.error("no control socket: {}; tried again every second", line);
      }
    }
  }

  /**
   * Comes up from the generation in force, with no help of Git or worker. Then it is ready: who
   * waits for the start of this unit waits for VRRP to take part, not for a commit.
   */
  private void boot(Boot.Choice choice) {
    if (choice.mended()) {
      status.booted(choice);
    }
    Path file = choice.vrrpFile();
    if (file != null) {
      vrrp.apply(
          file,
          refusal -> {
            if (refusal != null) {
              LOG.error("{}; waiting for a commit that can be applied", refusal.error());
            }
            systemd.ready(status.line());
          });
    } else {
      LOG.info("no generation in force; waiting for a commit");
      systemd.ready(status.line());
    }
    worker.start();
  }

  private void onTick() {
    long nowNs = System.nanoTime();
    if (nowNs - lastTickNs > STALL_NS) {
      standings.onStall(nowNs);
      worker.onStall(nowNs - lastTickNs);
    }
    lastTickNs = nowNs;
    worker.onTick();
    ControlSocket socket = control;
    if (socket != null) {
      socket.onTick(nowNs);
    } else if (!stopping) {
      openControl();
    }
    engine.standing(standings.all(nowNs));
    if (vrrp.isApplied()) {
      checksums.note(engine.status());
    }
    systemd.status(status.line());
  }

  private void onProbe(Check check, Result result) {
    if (standings.onProbe(check, result, System.nanoTime())) {
      LOG.info("check {} {}: {}", check.name(), result.ok() ? "passes" : "fails", result.text());
      engine.standing(standings.all(System.nanoTime()));
    }
  }

  /** A notify command failed; on the command's thread. */
  private void onNotification(String line) {
    LOG.warn("{}", line);
    thread.run(() -> status.onEvent(line));
  }

  private void onWorker(Channel.Call call) {
    if (stopping && call.type.startsWith("vrrp.")) {
      return; // A refusal would make the worker roll a good generation back; it is ended next.
    }
    try {
      handleWorker(call);
    } catch (RuntimeException e) {
      LOG.error("internal error at {}; the agent goes on", call.type, e);
      call.reply(Map.of("error", "internal error of the agent: " + e, "fault", "host"));
    }
  }

  private void handleWorker(Channel.Call call) {
    switch (call.type) {
      case "step" -> {
        worker.onStep(text(call, "name"), number(call, "deadline_ms"));
        call.reply(Map.of());
      }
      case "vrrp.check" -> answer(call, vrrp.dryRun(Path.of(text(call, "file"))));
      case "vrrp.apply" ->
          vrrp.apply(Path.of(text(call, "file")), refusal -> answer(call, refusal));
      case "vrrp.compare" -> call.reply(Map.of("lines", vrrp.compare(Path.of(text(call, "file")))));
      case "vrrp.restore" -> {
        engine.takeOffStrays();
        vrrp.apply(Path.of(text(call, "file")), refusal -> answer(call, refusal));
      }
      case "nginx.proven" -> {
        standings.onNginxProven();
        engine.standing(standings.all(System.nanoTime()));
        call.reply(Map.of());
      }
      case "event" -> {
        status.onEvent(text(call, "line"));
        call.reply(Map.of());
      }
      case "status" -> call.reply(status.json());
      case "report" -> {
        status.onReport(call.body);
        call.reply(Map.of());
      }
      default -> call.fail("unknown message " + call.type);
    }
  }

  private void answer(Channel.Call call, VrrpHalf.@Nullable Refusal refusal) {
    if (stopping) {
      return;
    }
    if (refusal == null) {
      call.reply(Map.of());
    } else {
      call.reply(
          Map.of("error", refusal.error(), "fault", refusal.hostsFault() ? "host" : "commit"));
    }
  }

  private void onControl(Channel.Call call) {
    try {
      handleControl(call);
    } catch (RuntimeException e) {
      LOG.error("internal error at {}; the agent goes on", call.type, e);
      call.fail("internal error of the agent: " + e);
    }
  }

  private void handleControl(Channel.Call call) {
    switch (call.type) {
      case "status" -> call.reply(status.json());
      case "drain" -> drain(call, true);
      case "undrain" -> drain(call, false);
      case "sync", "pause", "resume", "retry", "history", "rollback", "accept-rewrite" ->
          worker.forward(call);
      default -> call.fail("this agent knows no command " + call.type);
    }
  }

  private void drain(Channel.Call call, boolean drained) {
    try {
      drain.set(drained);
    } catch (IOException e) {
      call.fail(
          "cannot record it in " + config.stateDir().resolve("state") + ": " + e.getMessage());
      return;
    }
    standings.onDrain(drained);
    engine.standing(standings.all(System.nanoTime()));
    LOG.info(drained ? "drained: this node stays Backup" : "undrained");
    if (drained) {
      answerWhenHandedOver(call, System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
    } else {
      call.reply(Map.of("line", "undrained: this node takes part in elections again"));
    }
  }

  private void answerWhenHandedOver(Channel.Call call, long deadlineNs) {
    boolean holds = engine.status().stream().anyMatch(one -> one.state() == State.ACTIVE);
    if (!holds) {
      call.reply(Map.of("line", "drained: this node holds no VIP and stays Backup until undrain"));
    } else if (System.nanoTime() > deadlineNs) {
      call.fail("drain is recorded, but a VIP is still here after 10 s; see vipops status");
    } else {
      thread.after(10, () -> answerWhenHandedOver(call, deadlineNs));
    }
  }

  private static String text(Channel.Call call, String key) {
    return String.valueOf(call.body.get(key));
  }

  private static long number(Channel.Call call, String key) {
    return call.body.get(key) instanceof Long number ? number : 0;
  }

  /** Waits until the agent has stopped. */
  public void join() throws InterruptedException {
    stopped.await();
  }

  /** Hands every VIP over and ends worker, checks and engine. */
  public void stop() throws InterruptedException, IOException {
    LOG.info("stopping: handing over");
    systemd.stopping();
    stopping = true;
    worker.startNoMore();
    engine.close();
    notifications.close();
    Recorder recording = recorder;
    if (recording != null) {
      recording.close();
    }
    checks.close();
    ControlSocket socket = control;
    if (socket != null) {
      socket.close();
    }
    worker.stop();
    thread.stop();
    lock.close();
    stopped.countDown();
  }

  /** Passes on what the loop reports; its methods are called away from the loop thread. */
  private final class Listener implements EngineListener {
    private static final String RESTORED = "was removed by somebody else and is restored";
    private final Repetition repetition = new Repetition();

    @Override
    public void onTransition(Instance instance, State from, State to, String reason, int priority) {
      LOG.info("{}: {} -> {}: {}", instance.name(), from, to, reason);
      notifications.tell(instance, to, reason, priority);
    }

    @Override
    public void onEvent(String instance, String line) {
      String once = repetition.line(instance + ": " + line, System.nanoTime());
      if (once != null) {
        LOG.warn("{}", once);
      }
      if (line.contains(RESTORED)) {
        thread.run(() -> status.onRestored(instance + ": " + line));
      } else if (once != null) {
        thread.run(() -> status.onEvent(once));
      }
    }

    @Override
    public void onFailure(Throwable cause) {
      Thread end = new Thread(Listener::end, "end");
      end.setDaemon(true);
      end.start();
      LOG.error("the engine failed and has withdrawn every VIP; the agent ends", cause);
      Runtime.getRuntime().halt(70);
    }

    /** A log that blocks must not keep an agent without an engine alive. */
    private static void end() {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      Runtime.getRuntime().halt(70);
    }
  }
}
