package io.vipops.engine;

import io.vipops.vrrp.Instance;
import io.vipops.vrrp.State;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Carries news from the loop to the listener on a thread of its own: a listener that writes a log
 * to a full disk must not stop an advert. What does not fit in the queue is counted, and told when
 * there is room again.
 */
final class Bulletin {
  private static final int CAPACITY = 4096;

  private final BlockingQueue<Consumer<EngineListener>> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final AtomicLong lost = new AtomicLong();
  private final EngineListener listener;
  private final Thread thread;
  private volatile boolean ended;

  Bulletin(EngineListener listener) {
    this.listener = listener;
    thread = new Thread(() -> deliver(), "vipops-events");
    thread.setDaemon(true);
    thread.start();
  }

  void transition(Instance instance, State from, State to, String reason, int priority) {
    put(listener -> listener.onTransition(instance, from, to, reason, priority));
  }

  void event(String instance, String line) {
    put(listener -> listener.onEvent(instance, line));
  }

  /** Not behind the queue: a listener that is stuck in the news before it must still hear this. */
  void failure(Throwable cause) {
    Thread last = new Thread(() -> listener.onFailure(cause), "vipops-failure");
    last.setDaemon(true);
    last.start();
  }

  /** Never waits. */
  private void put(Consumer<EngineListener> news) {
    if (!queue.offer(news)) {
      lost.incrementAndGet();
    }
  }

  private void deliver() {
    while (!ended || !queue.isEmpty()) {
      try {
        queue.take().accept(listener);
        long missing = lost.getAndSet(0);
        if (missing > 0) {
          listener.onEvent("", missing + " events were lost: the listener was too slow");
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        // A listener's own fault must not end the news; it is shown where threads show theirs.
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      }
    }
  }

  /** Delivers what is queued, then ends; waits for that unless called by the listener itself. */
  void close() {
    put(listener -> ended = true);
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
