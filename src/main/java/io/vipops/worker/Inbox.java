package io.vipops.worker;

import io.vipops.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The agent's requests, from the thread that reads them to the thread that does them. */
final class Inbox implements Channel.Handler {
  private final Deque<Channel.Call> waiting = new ArrayDeque<>();
  private boolean hinted;

  @Override
  public synchronized void onRequest(Channel.Call call) {
    waiting.add(call);
    notifyAll();
  }

  /** Somebody says that there was a push. */
  synchronized void hint() {
    hinted = true;
    notifyAll();
  }

  /** Whether there was a hint since this was asked last. */
  synchronized boolean takeHint() {
    boolean there = hinted;
    hinted = false;
    return there;
  }

  /** All that wait, oldest first. */
  synchronized List<Channel.Call> takeAll() {
    List<Channel.Call> taken = new ArrayList<>(waiting);
    waiting.clear();
    return taken;
  }

  /** Waits until something is there, at most {@code nanos}. */
  synchronized void await(long nanos) throws InterruptedException {
    long deadlineNs = System.nanoTime() + nanos;
    while (waiting.isEmpty() && !hinted) {
      long left = deadlineNs - System.nanoTime();
      if (left <= 0) {
        return;
      }
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
    }
  }
}
