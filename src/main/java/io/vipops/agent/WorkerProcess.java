package io.vipops.agent;

import io.vipops.channel.Channel;
import io.vipops.channel.QueuedOutput;
import io.vipops.linux.NotifySocket;
import java.io.IOException;
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
  private static final long LAST_RESTART_MS = 5_000;

  /** What a worker says when it has done all there was to do. */
  private static final String IDLE = "idle";

  /** How long a new worker may take until its first step. */
  private static final long START_DEADLINE_MS = 60_000;

  private final List<String> command;
  private final AgentThread agentThread;
  private final Channel.Handler requests;

  private volatile @Nullable Process process;
  private @Nullable Channel channel;
  private String step = "start";
  private long deadlineNs;
  private long restartMs = FIRST_RESTART_MS;
  private long restarts;
  private volatile boolean stopping;

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
    restarts++;
    LOG.warn("worker {} in step {}; starting another in {} ms", how, step, restartMs);
    agentThread.after(restartMs, this::start);
    restartMs = Math.min(2 * restartMs, LAST_RESTART_MS);
  }

  /** The worker begins a step that must be followed by another within {@code deadlineMs}. */
  void onStep(String name, long deadlineMs) {
    step = name;
    if (name.equals(IDLE)) {
      restartMs = FIRST_RESTART_MS; // whatever ended the last one, this one gets its work done
    }
    deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs);
  }

  /** Ends a worker that is late; call every second. */
  void onTick() {
    Process child = process;
    if (child != null && System.nanoTime() - deadlineNs > 0) {
      LOG.warn("worker: step {} passed its deadline; ending the worker", step);
      child.destroyForcibly();
      onStep(step, START_DEADLINE_MS);
    }
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
