package io.vipops.agent;

import io.vipops.probe.Result;
import io.vipops.probe.Script;
import io.vipops.spec.Notify;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the commands of {@code notify}: for each instance one after the other, in the order of its
 * changes of state and, within one, of the spec. A command may hang as long as its timeout: what
 * comes meanwhile is queued, and of a full queue the oldest is left out, for the last change is the
 * one that must not be missed.
 */
final class Notifications implements AutoCloseable {
  /** Changes of state per instance that wait for their commands. */
  static final int CAPACITY = 100;

  private static final String WHAT = "notify";

  private record Change(Instance instance, Notify.State state, String reason, int priority) {}

  private final Consumer<String> troubles;
  private final Map<String, Queue> queues = new HashMap<>();
  private boolean closed;

  /**
   * @param troubles hears of each command that failed, in a line, on a thread of its instance
   */
  Notifications(Consumer<String> troubles) {
    this.troubles = troubles;
  }

  /** An instance has come to a state. From any thread; never waits for a command. */
  synchronized void tell(Instance instance, State state, String reason, int priority) {
    Notify.State to = state(state);
    if (to == null || closed) {
      return;
    }
    if (instance.options().notifications().stream().anyMatch(it -> it.on().contains(to))) {
      queues
          .computeIfAbsent(instance.name(), Queue::new)
          .put(new Change(instance, to, reason, priority));
    }
  }

  /** Init is none: an instance that is removed, or whose agent stops, tells nobody. */
  private static Notify.@Nullable State state(State state) {
    return switch (state) {
      case ACTIVE -> Notify.State.ACTIVE;
      case BACKUP -> Notify.State.BACKUP;
      case FAULT -> Notify.State.FAULT;
      case INIT, HANDING_OVER -> null;
    };
  }

  /** Ends what runs, and forgets what waits. */
  @Override
  public synchronized void close() {
    closed = true;
    queues.values().forEach(Queue::end);
    queues.clear();
  }

  /** The changes of one instance, and the thread that tells them while there are any. */
  private final class Queue implements Runnable {
    private final String name;
    private final Deque<Change> waiting = new ArrayDeque<>();
    private long leftOut;
    private @Nullable Thread thread;

    Queue(String name) {
      this.name = name;
    }

    synchronized void put(Change change) {
      if (waiting.size() == CAPACITY) {
        waiting.removeFirst();
        leftOut++;
      }
      waiting.addLast(change);
      if (thread == null) {
        thread = new Thread(this, "vipops-notify-" + name);
        thread.setDaemon(true);
        thread.start();
      }
    }

    synchronized void end() {
      waiting.clear();
      if (thread != null) {
        thread.interrupt();
      }
    }

    @Override
    public void run() {
      for (Change change = next(); change != null; change = next()) {
        for (Notify notify : change.instance.options().notifications()) {
          if (notify.on().contains(change.state) && !Thread.currentThread().isInterrupted()) {
            run(notify, change);
          }
        }
      }
    }

    private @Nullable Change next() {
      long missing;
      Change next;
      synchronized (this) {
        missing = leftOut;
        leftOut = 0;
        next = waiting.pollFirst();
        thread = next == null ? null : thread;
      }
      if (missing > 0) {
        troubles.accept(
            WHAT + " of " + name + ": " + missing + " changes of state were left out: too slow");
      }
      return next;
    }

    private void run(Notify notify, Change change) {
      String state = change.state.name().toLowerCase(Locale.ROOT);
      List<String> more = List.of(name, state, change.reason, String.valueOf(change.priority));
      Result result = Script.run(WHAT, notify.command(), more, notify.user(), notify.timeout());
      if (!result.ok() && !Thread.currentThread().isInterrupted()) {
        String who =
            result.text().startsWith(WHAT) ? "" : WHAT + " " + notify.command().get(0) + ": ";
        troubles.accept(name + " " + state + ": " + who + result.text());
      }
    }
  }
}
