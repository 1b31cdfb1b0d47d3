package io.vipops.git;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/**
 * Asks where a branch stands, and asks again over a new connection beside a question that hangs: a
 * server that is whole again need not wait for the old connection's deadline, and one that is slow
 * but honest has all the time that it had.
 */
final class HeadQuestion {
  private final Duration patience;
  private final Connect connect;

  /** When those under way began. */
  private final Map<Remote, Long> underWayNs = new ConcurrentHashMap<>();

  private final Executor threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "ls-remote");
            thread.setDaemon(true); // one that hangs ends with the process only
            return thread;
          });

  /** Another way to the same server, with connections of its own. */
  interface Connect {
    Remote anew() throws GitFailure;
  }

  /**
   * What was answered.
   *
   * @param remote who answered, to be used from now on
   * @param sha null: there is no such branch
   */
  record Answer(Remote remote, @Nullable String sha) {}

  /**
   * Asks nothing yet.
   *
   * @param patience after which a question is taken to hang
   */
  HeadQuestion(Duration patience, Connect connect) {
    this.patience = patience;
    this.connect = connect;
  }

  /**
   * The first answer, waited for as long as the first question is under way.
   *
   * @param first asked first; it closes itself if another one answers
   * @throws GitFailure of the first question: it had all the time there is
   */
  Answer ask(Remote first, Repository mirror, String ref) throws GitFailure {
    CompletionService<@Nullable String> questions = new ExecutorCompletionService<>(threads);
    AtomicReference<@Nullable Remote> answered = new AtomicReference<>();
    Future<@Nullable String> oldest = begin(questions, first, first, mirror, ref, answered);
    try {
      while (true) {
        Future<@Nullable String> ended = questions.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (ended == null) {
          var unused = begin(questions, connect.anew(), first, mirror, ref, answered);
          continue;
        }
        try {
          String sha = ended.get();
          return new Answer(Objects.requireNonNull(answered.get()), sha);
        } catch (ExecutionException e) {
          if (ended == oldest && answered.compareAndSet(null, first)) {
            throw e; // those beside it close themselves
          }
          // Refused, but one that hangs may yet be answered.
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GitFailure failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw GitFailure.ofHost("ls-remote: interrupted");
    }
  }

  private Future<@Nullable String> begin(
      CompletionService<@Nullable String> questions,
      Remote remote,
      Remote first,
      Repository mirror,
      String ref,
      AtomicReference<@Nullable Remote> answered) {
    underWayNs.put(remote, System.nanoTime());
    return questions.submit(
        () -> {
          boolean wins = false;
          try {
            String sha = remote.sha(mirror, ref);
            wins = answered.compareAndSet(null, remote);
            return sha;
          } finally {
            underWayNs.remove(remote);
            Remote by = answered.get();
            boolean stays = remote == first && (by == null || by == first);
            if (!wins && !stays) {
              remote.close();
            }
          }
        });
  }

  /** Whether a question that began longer than {@code limit} ago is under way. */
  boolean lastsOver(Duration limit) {
    long nowNs = System.nanoTime();
    return underWayNs.values().stream().anyMatch(begunNs -> nowNs - begunNs > limit.toNanos());
  }
}
