package io.vipops.worker;

import io.vipops.web.CommitStatusApi;
import io.vipops.web.CommitStatusApi.Answer;
import io.vipops.web.Tally;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits in a {@link ReportQueue}, one call at a time, on a thread of its own: whatever
 * the server does, no pass notices.
 */
final class ReportSender {
  private static final Logger LOG = LoggerFactory.getLogger("report");

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LAST = Duration.ofMinutes(5);

  /** After an answer that another call does not change. */
  private static final Duration SLOW = Duration.ofMinutes(10);

  /** However long a server wants to be left alone. */
  private static final Duration MOST = Duration.ofHours(1);

  private static final Duration LOOK = Duration.ofMinutes(1);

  private final ReportQueue queue;
  private final CommitStatusApi api;
  private final String context;
  private final Tally calls = new Tally();
  private final Map<String, Long> commitsNotBeforeNs = new HashMap<>();
  private long notBeforeNs = System.nanoTime();
  private int failures;
  private volatile @Nullable String error;

  /**
   * @param context under which the states stand beside other tools'
   */
  ReportSender(ReportQueue queue, CommitStatusApi api, String context) {
    this.queue = queue;
    this.api = api;
    this.context = context;
  }

  void start() {
    Thread thread = new Thread(this::run, "report");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        long seen = queue.puts();
        long waitNs = notBeforeNs - System.nanoTime();
        ReportQueue.Entry next = waitNs > 0 ? null : next();
        if (next == null) {
          queue.await(seen, waitNs > 0 ? 1 + waitNs / 1_000_000 : waitMs());
        } else {
          send(next);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("ended");
    }
  }

  private ReportQueue.@Nullable Entry next() {
    long nowNs = System.nanoTime();
    List<ReportQueue.Entry> waiting = queue.waiting();
    commitsNotBeforeNs.keySet().retainAll(waiting.stream().map(ReportQueue.Entry::commit).toList());
    return waiting.stream()
        .filter(entry -> nowNs - commitsNotBeforeNs.getOrDefault(entry.commit(), nowNs) >= 0)
        .findFirst()
        .orElse(null);
  }

  /** Until a rejected one is due again. */
  private long waitMs() {
    long nowNs = System.nanoTime();
    return commitsNotBeforeNs.values().stream()
        .mapToLong(due -> 1 + Math.max(0, due - nowNs) / 1_000_000)
        .min()
        .orElse(LOOK.toMillis());
  }

  private void send(ReportQueue.Entry entry) throws InterruptedException {
    Answer answer = api.post(entry.commit(), entry.state(), context, entry.description());
    calls.add(answer.kind().name().toLowerCase(Locale.ROOT), 1);
    long nowNs = System.nanoTime();
    switch (answer.kind()) {
      case TAKEN -> {
        queue.sent(entry);
        failures = 0;
      }
      case LATER -> {
        failures++;
        notBeforeNs = nowNs + pause(answer).toNanos();
      }
      case DENIED -> notBeforeNs = nowNs + SLOW.toNanos();
      case REJECTED -> commitsNotBeforeNs.put(entry.commit(), nowNs + SLOW.toNanos());
    }
    say(answer);
  }

  private Duration pause(Answer answer) {
    Duration own = FIRST.multipliedBy(1L << Math.min(failures - 1, 9));
    Duration asked = answer.after() == null ? Duration.ZERO : answer.after();
    Duration bounded = own.compareTo(LAST) > 0 ? LAST : own;
    Duration longer = asked.compareTo(bounded) > 0 ? asked : bounded;
    return longer.compareTo(MOST) > 0 ? MOST : longer;
  }

  private void say(Answer answer) {
    String before = error;
    if (answer.kind() == Answer.Kind.TAKEN) {
      if (before != null) {
        LOG.info("commit statuses are taken again");
      }
      error = null;
    } else if (!answer.line().equals(before)) {
      LOG.warn("{}; kept, and sent again later", answer.line());
      error = answer.line();
    }
  }

  Map<String, Long> calls() {
    return calls.shown();
  }

  /** Why the last call failed; null: it did not. */
  @Nullable String error() {
    return error;
  }
}
