package io.vipops.agent;

import io.vipops.channel.Channel;
import io.vipops.channel.QueuedOutput;
import io.vipops.linux.NotifySocket;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one worker running: starts it, ends it when a step of its passes its deadline, starts
 * another when it is gone. All methods run on the agent's thread.
 */
final class WorkerProcess {
  private static final Logger LOG = LoggerFactory.getLogger("worker-process");
  private static final long FIRST_RESTART_MS = 100;

  /** From one start to the next: one that worked for so long has a successor at once. */
  private static final long LAST_RESTART_MS = 5_000;

  /** What a worker says when it has done all there was to do. */
  private static final String IDLE = "idle";

  /** How long a new worker may take until its first step. */
  private static final long START_DEADLINE_MS = 60_000;

  /** For how long a worker may leave unread what it is sent, when the pipe is full. */
  private static final long READ_DEADLINE_MS = 10_000;

  private final List<String> command;
  private final AgentThread agentThread;
  private final Channel.Handler requests;

  private volatile @Nullable Process process;
  private @Nullable Channel channel;
  private @Nullable QueuedOutput output;
  private @Nullable Process ended;
  private @Nullable Lost lost;
  private String step = "start";
  private long deadlineMs;
  private long deadlineNs;
  private long restartMs = FIRST_RESTART_MS;
  private long startedNs;
  private long restarts;
  private volatile boolean stopping;

  /**
   * A worker that was late or came to its end by itself, while none has done all its work since.
   *
   * @param since when the first of them in a row ended
   */
  record Lost(Instant since, String reason, String message) {}

  WorkerProcess(List<String> command, AgentThread agentThread, Channel.Handler requests) {
    this.command = List.copyOf(command);
    this.agentThread = agentThread;
    this.requests = requests;
  }

  void start() {
    if (stopping) {
      return;
    }
    onStep("start", START_DEADLINE_MS);
    startedNs = System.nanoTime();
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
      NotifySocket.hideFrom(builder.environment());
      Process child = builder.start();
      process = child;
      QueuedOutput queue =
          new QueuedOutput(child.getOutputStream(), child::destroyForcibly, "worker-output");
      Channel toChild =
          new Channel(
              child.getInputStream(), queue, requests, Channel.WORKER_FRAME, Channel.WORKER_FRAME);
      channel = toChild;
      output = queue;
      Thread reader = new Thread(() -> read(child, toChild, queue), "worker-channel");
      reader.setDaemon(true);
      reader.start();
    } catch (IOException e) {
      onEnd(null, "could not be started: " + e.getMessage());
    }
  }

  private void read(Process child, Channel fromChild, QueuedOutput queue) {
    try (queue) {
      String how = readToTheEnd(child, fromChild);
      agentThread.run(() -> onEnd(child, how));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String readToTheEnd(Process child, Channel fromChild) throws InterruptedException {
    try {
      fromChild.run();
    } catch (IOException e) {
      int unused = child.destroyForcibly().waitFor(); // never two of them on one state folder
      return "sent what is not a message (" + e.getMessage() + ") and was ended";
    }
    return "ended with exit code " + child.waitFor();
  }

  private void onEnd(@Nullable Process child, String how) {
    if (stopping || child != process) {
      return;
    }
    process = null;
    channel = null;
    output = null;
    restarts++;
    String why = child != null && child == ended ? "was ended" : how;
    boolean left = child != null && step.equals(IDLE) && child.exitValue() == 0;
    if (!left && (child == null || child != ended)) {
      lose("WorkerEnded", how + " in step " + step);
    }
    long livedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNs);
    long waitMs = Math.max(FIRST_RESTART_MS, restartMs - livedMs);
    LOG.warn("worker {} in step {}; starting another in {} ms", why, step, waitMs);
    agentThread.after(waitMs, this::start);
    restartMs = Math.min(2 * restartMs, LAST_RESTART_MS);
  }

  /** The worker begins a step that must be followed by another within {@code deadlineMs}. */
  void onStep(String name, long deadlineMs) {
    step = name;
    if (name.equals(IDLE)) {
      restartMs = FIRST_RESTART_MS; // whatever ended the last one, this one gets its work done
      lost = null;
    }
    within(deadlineMs);
  }

  private void within(long deadlineMs) {
    this.deadlineMs = deadlineMs;
    deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs);
  }

  /** Ends a worker that is late; call every second. */
  void onTick() {
    Process child = process;
    if (child == null) {
      return;
    }
    long nowNs = System.nanoTime();
    QueuedOutput toChild = output;
    if (nowNs - deadlineNs > 0) {
      end(child, "step " + step + " passed its deadline of " + seconds(deadlineMs));
    } else if (toChild != null
        && toChild.stuckNs(nowNs) > TimeUnit.MILLISECONDS.toNanos(READ_DEADLINE_MS)) {
      end(child, "has read nothing for " + seconds(READ_DEADLINE_MS) + " in step " + step);
    }
  }

  private static String seconds(long ms) {
    return ms % 1000 == 0 ? ms / 1000 + " s" : ms / 1000.0 + " s";
  }

  private void end(Process child, String why) {
    LOG.warn("worker: {}; ending the worker", why);
    lose("StepDeadline", why + " and it was ended");
    ended = child;
    child.destroyForcibly();
    within(START_DEADLINE_MS);
  }

  private void lose(String reason, String how) {
    Instant since = lost == null ? Instant.now() : lost.since();
    lost = new Lost(since, reason, "worker: " + how + "; another one tries again");
  }

  /** The agent itself stood still: nothing that the worker said meanwhile was heard. */
  void onStall(long stallNs) {
    deadlineNs += stallNs;
  }

  /** How the last one was lost; null: none was, or one has done its work since. */
  @Nullable Lost lost() {
    return lost;
  }

  /** Passes a command's request on to the worker, and its progress and reply back. */
  void forward(Channel.Call call) {
    Channel to = channel;
    if (to == null) {
      call.fail("the worker is down and being restarted; try again in a moment");
      return;
    }
    var unused =
        to.request(call.type, call.body, call::progress)
            .whenComplete(
                (reply, gone) -> {
                  if (gone == null) {
                    call.reply(reply);
                  } else {
                    call.fail("the worker ended before it answered; it is being restarted");
                  }
                });
  }

  /** What the worker is at. */
  String step() {
    return step;
  }

  boolean up() {
    return process != null;
  }

  /** Process id, or 0 while there is none. */
  long pid() {
    Process child = process;
    return child == null ? 0 : child.pid();
  }

  long restarts() {
    return restarts;
  }

  /** From now on no worker is started. From any thread. */
  void startNoMore() {
    stopping = true;
  }

  /** Ends the worker for good and waits for it, at most two seconds. */
  void stop() throws InterruptedException {
    stopping = true;
    Process child = process;
    if (child == null) {
      return;
    }
    child.destroy();
    if (!child.waitFor(2, TimeUnit.SECONDS)) {
      child.destroyForcibly().waitFor();
    }
  }
}
