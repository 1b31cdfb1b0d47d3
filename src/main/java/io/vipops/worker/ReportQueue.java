package io.vipops.worker;

import io.vipops.apply.Durable;
import io.vipops.json.Json;
import io.vipops.web.CommitState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last state of each of the last commits, and whether the Git server has it, in {@code
 * history/reports.json} of the state folder. For several threads.
 */
final class ReportQueue {
  static final int MOST = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ReportQueue.class);

  /**
   * One commit's state.
   *
   * @param changes how many states it had; servers bound them
   */
  record Entry(String commit, CommitState state, String description, boolean sent, int changes) {}

  private final Path file;
  private final Map<String, Entry> byCommit = new LinkedHashMap<>();
  private long puts;

  private ReportQueue(Path file) {
    this.file = file;
  }

  /** Reads what is there; what cannot be read is begun anew, for it is only news. */
  static ReportQueue open(Path stateDir) {
    ReportQueue queue = new ReportQueue(stateDir.resolve("history/reports.json"));
    try {
      Map<String, @Nullable Object> json = Json.decode(Files.readAllBytes(queue.file));
      if (json.get("reports") instanceof List<?> entries) {
        entries.forEach(queue::decode);
      }
    } catch (NoSuchFileException e) {
      return queue;
    } catch (IOException | Json.MalformedException | RuntimeException e) {
      LOG.warn("{} is begun anew: {}", queue.file, e.toString());
      queue.byCommit.clear();
    }
    return queue;
  }

  private void decode(Object entry) {
    if (entry instanceof Map<?, ?> one
        && one.get("commit") instanceof String commit
        && one.get("state") instanceof String word
        && one.get("description") instanceof String description
        && one.get("changes") instanceof Long changes) {
      boolean sent = Boolean.TRUE.equals(one.get("sent"));
      CommitState.of(word)
          .ifPresent(
              state ->
                  byCommit.put(
                      commit, new Entry(commit, state, description, sent, changes.intValue())));
    }
  }

  /** The last state of a commit; null: it has none yet. */
  synchronized @Nullable Entry get(String commit) {
    return byCommit.get(commit);
  }

  /** Puts a commit's newest state in the place of those before. */
  synchronized void put(String commit, CommitState state, String description) {
    Entry before = byCommit.remove(commit);
    int changes = before == null ? 1 : before.changes() + 1;
    byCommit.put(commit, new Entry(commit, state, description, false, changes));
    if (byCommit.size() > MOST) {
      dropOne();
    }
    puts++;
    save();
    notifyAll();
  }

  private void dropOne() {
    Iterator<Entry> entries = byCommit.values().iterator();
    while (entries.hasNext()) {
      if (entries.next().sent()) {
        entries.remove();
        return;
      }
    }
    byCommit.remove(byCommit.keySet().iterator().next());
  }

  /** The server has it; nothing happens where a newer state came meanwhile. */
  synchronized void sent(Entry entry) {
    if (entry.equals(byCommit.get(entry.commit()))) {
      byCommit.put(
          entry.commit(),
          new Entry(entry.commit(), entry.state(), entry.description(), true, entry.changes()));
      save();
    }
  }

  /** Those that the server does not have, the newest first. */
  synchronized List<Entry> waiting() {
    List<Entry> waiting = new ArrayList<>();
    byCommit.values().stream()
        .filter(entry -> !entry.sent())
        .forEach(entry -> waiting.add(0, entry));
    return waiting;
  }

  /** How often something was put. */
  synchronized long puts() {
    return puts;
  }

  /** Waits until something is put after the first {@code seen}, at most {@code millis}. */
  synchronized void await(long seen, long millis) throws InterruptedException {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long leftMs = Math.max(1, millis);
    while (puts == seen && leftMs > 0) {
      wait(leftMs);
      leftMs = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
    }
  }

  private void save() {
    List<Object> entries = new ArrayList<>();
    for (Entry entry : byCommit.values()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("commit", entry.commit());
      one.put("state", entry.state().word());
      one.put("description", entry.description());
      one.put("sent", entry.sent());
      one.put("changes", entry.changes());
      entries.add(one);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", 1);
    json.put("reports", entries);
    try {
      Durable.replace(file, Json.encode(json));
    } catch (IOException e) {
      LOG.warn("{} cannot be written, so a restart forgets it: {}", file, e.toString());
    }
  }
}
