package io.vipops.worker;

import io.vipops.apply.Durable;
import io.vipops.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often a worker ended in the middle of the same commit's pass: out of memory, or ended at a
 * deadline. In {@code history/attempt.json}, which outlives the worker; not written through, since
 * a machine that crashes is not the commit's fault.
 */
final class Attempts {
  private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

  /** So often may be an accident. */
  static final int LIMIT = 3;

  private final Path file;
  private String commit = "";
  private String context = "";
  private String step = "";
  private long ends;
  private boolean open;
  private boolean told;

  Attempts(Path stateDir) {
    this.file = stateDir.resolve("history/attempt.json");
    try {
      Map<String, @Nullable Object> json = Json.decode(Files.readAllBytes(file));
      commit = String.valueOf(json.get("commit"));
      context = String.valueOf(json.get("context"));
      step = String.valueOf(json.get("step"));
      told = Boolean.TRUE.equals(json.get("told"));
      boolean ended = Boolean.TRUE.equals(json.get("open"));
      ends = (json.get("ends") instanceof Long before ? before : 0) + (ended ? 1 : 0);
      save();
    } catch (NoSuchFileException e) {
      LOG.debug("the last pass came to its end");
    } catch (IOException | Json.MalformedException e) {
      LOG.debug("{}: {}: no attempt counts", file, e.getMessage());
    }
  }

  /** A pass of {@code sha} begins. */
  synchronized void begin(String sha, String judgedBy) {
    if (!sha.equals(commit) || !judgedBy.equals(context)) {
      commit = sha;
      context = judgedBy;
      ends = 0;
      told = false;
    }
    open = true;
    step = "";
    save();
  }

  /** What the pass is at. */
  synchronized void step(String name) {
    if (open) {
      step = name;
      save();
    }
  }

  /** The pass came to its end, whatever that was. */
  synchronized void end() {
    open = false;
    commit = "";
    ends = 0;
    told = false;
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("{}: {}", file, e.getMessage());
    }
  }

  /** The worker is told to end: that is nobody's fault. */
  synchronized void forgive() {
    if (open) {
      open = false;
      save();
    }
  }

  /** How often a worker ended in this commit's pass, the last times in a row. */
  synchronized long ends(String sha, String judgedBy) {
    return sha.equals(commit) && judgedBy.equals(context) ? ends : 0;
  }

  /** Whether the history is to say so of this commit: once, whatever worker asks. */
  synchronized boolean tell() {
    boolean first = !told;
    told = true;
    save();
    return first;
  }

  /** For history and status. */
  synchronized String line() {
    return "the worker ended "
        + ends
        + " times in step "
        + (step.isEmpty() ? "fetch" : step)
        + " of this commit (out of memory, or past a deadline: its log says): it waits; a newer"
        + " commit is taken at once, and this one by vipops retry";
  }

  private void save() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("commit", commit);
    json.put("context", context);
    json.put("step", step);
    json.put("ends", ends);
    json.put("open", open);
    json.put("told", told);
    try {
      Durable.makeFolder(file.resolveSibling(""));
      Path next = file.resolveSibling("attempt.json.tmp");
      Files.write(next, Json.encode(json));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.debug("{}: {}", file, e.getMessage());
    }
  }
}
