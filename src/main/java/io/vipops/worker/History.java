package io.vipops.worker;

import io.vipops.apply.Durable;
import io.vipops.git.Commit;
import io.vipops.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node did with the commits that it saw, in {@code history/history.json} of the state
 * folder: written through to the disk with every change. Not for several threads.
 */
public final class History {
  private static final Logger LOG = LoggerFactory.getLogger(History.class);
  private static final int PASSES = 100;
  private static final int DENIALS = 100;

  /**
   * The end of one pass.
   *
   * @param context what it was judged by; see {@link Denial}
   * @param at ISO 8601, UTC, by this host's clock: the order is that of the list
   * @param stepMs milliseconds by step
   * @param rollback whether {@code vipops rollback} asked for it, and not the branch
   */
  public record Entry(
      String context,
      String commit,
      String author,
      String subject,
      String outcome,
      @Nullable String generation,
      String at,
      String line,
      Map<String, Long> stepMs,
      boolean rollback,
      Moved moved) {}

  /**
   * A commit that is not tried again.
   *
   * @param context what it was judged by: it holds for no other version, source or host
   */
  public record Denial(String context, String line, @Nullable String problems) {}

  /** After these nginx runs the generation. */
  static final Set<Outcome.Kind> RAN =
      Set.of(
          Outcome.Kind.APPLIED,
          Outcome.Kind.UNCHANGED,
          Outcome.Kind.ROLLED_BACK,
          Outcome.Kind.SUPERSEDED);

  private final Path file;
  private final List<Entry> passes = new ArrayList<>();
  private final Map<String, Denial> denials = new LinkedHashMap<>();
  private @Nullable String pausedSince;
  private @Nullable Pin pin;
  private @Nullable String lost;
  private @Nullable String accepted;
  private @Nullable String acceptedFrom;
  private @Nullable Entry applied;
  private TrustMarks trust = TrustMarks.NONE;

  private History(Path file) {
    this.file = file;
  }

  /**
   * Reads what is there.
   *
   * @throws IOException if the file cannot be read; a damaged one is kept as {@code
   *     history.json.damaged} and begun anew
   */
  public static History open(Path stateDir) throws IOException {
    try {
      return read(stateDir);
    } catch (DamagedException e) {
      Path kept = e.file.resolveSibling("history.json.damaged");
      Files.move(e.file, kept, StandardCopyOption.REPLACE_EXISTING);
      History anew = new History(e.file);
      anew.lost =
          e.getMessage()
              + "; kept as "
              + kept
              + " and begun anew: a pause, a rollback's pin and refused commits are forgotten; look"
              + " whether there were any, then vipops resume";
      LOG.warn("{}", anew.lost);
      anew.save();
      return anew;
    }
  }

  /**
   * Reads what is there and touches nothing: for who is not the worker.
   *
   * @throws IOException if the file cannot be read, or is damaged
   */
  public static History read(Path stateDir) throws IOException {
    Path file = stateDir.resolve("history/history.json");
    History history = new History(file);
    try {
      history.decode(Json.decode(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return history;
    } catch (Json.MalformedException | RuntimeException e) {
      throw new DamagedException(file, e);
    }
    return history;
  }

  /** The file is there, and is no history. */
  public static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient Path file;

    DamagedException(Path file, Exception cause) {
      super(file + " is damaged: " + cause.getMessage(), cause);
      this.file = file;
    }
  }

  /** Whether commits are left alone for now. */
  public boolean isPaused() {
    return pausedSince != null;
  }

  /** Since when; ISO 8601, UTC; null: they are not. */
  public @Nullable String pausedSince() {
    return pausedSince;
  }

  public void setPaused(boolean paused) throws IOException {
    if (paused != isPaused()) {
      pausedSince = paused ? Times.shown(Instant.now()) : null;
      save();
    }
  }

  /** That what was here before is lost, for people; null: nothing is, or somebody has seen it. */
  @Nullable String lost() {
    return lost;
  }

  /** Ends a pause, a pin and the word of what was lost. */
  void resume() throws IOException {
    pausedSince = null;
    pin = null;
    lost = null;
    save();
  }

  /** The generation that {@code vipops rollback} holds; null: the branch is followed. */
  public @Nullable Pin pin() {
    return pin;
  }

  public void setPin(@Nullable Pin next) throws IOException {
    if (!Objects.equals(pin, next)) {
      pin = next;
      save();
    }
  }

  /** The oldest first. */
  public List<Entry> passes() {
    return List.copyOf(passes);
  }

  /** Generations that nginx was seen to run, the newest first. */
  public List<String> proven() {
    Set<String> ids = new LinkedHashSet<>();
    for (int i = passes.size() - 1; i >= 0; i--) {
      Entry pass = passes.get(i);
      boolean ran = Outcome.Kind.of(pass.outcome()).filter(RAN::contains).isPresent();
      if (ran && pass.generation() != null) {
        ids.add(pass.generation());
      }
    }
    return List.copyOf(ids);
  }

  /** The end of the last pass that the branch asked for; null: there was none. */
  public @Nullable Entry last() {
    for (int i = passes.size() - 1; i >= 0; i--) {
      if (!passes.get(i).rollback()) {
        return passes.get(i);
      }
    }
    return null;
  }

  /** The last commit in force; null: none yet. */
  public @Nullable Entry applied() {
    return applied;
  }

  /** Adds the end of a pass. */
  public void add(Entry entry, boolean inForce) throws IOException {
    passes.add(entry);
    while (passes.size() > PASSES) {
      passes.remove(0);
    }
    if (inForce) {
      applied = entry;
    }
    save();
  }

  /**
   * The last commit that was found valid: later ones have to descend from it.
   *
   * @param from URL and branch; another source has other ancestors
   * @return null: any commit will do
   */
  public @Nullable String accepted(String from) {
    return from.equals(acceptedFrom) ? accepted : null;
  }

  public void accept(Commit commit, String from) throws IOException {
    if (commit.sha().equals(accepted) && from.equals(acceptedFrom)) {
      return;
    }
    accepted = commit.sha();
    acceptedFrom = from;
    save();
  }

  /** What is remembered of signatures and rewrites. */
  TrustMarks trust() {
    return trust;
  }

  void setTrust(TrustMarks marks) throws IOException {
    if (!marks.equals(trust)) {
      trust = marks;
      save();
    }
  }

  /** Why {@code sha} is not tried again; null: it may be tried. */
  public @Nullable Denial denial(String sha, String context) {
    Denial denial = denials.get(sha);
    return denial != null && denial.context().equals(context) ? denial : null;
  }

  public void deny(String sha, Denial denial) throws IOException {
    denials.remove(sha);
    denials.put(sha, denial);
    while (denials.size() > DENIALS) {
      denials.remove(denials.keySet().iterator().next());
    }
    save();
  }

  /** Lets every commit be tried again. */
  public void forgetDenials() throws IOException {
    denials.clear();
    save();
  }

  /**
   * What {@code vipops history} shows.
   *
   * @param count of the passes, the newest first
   */
  public Map<String, @Nullable Object> shown(int count) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("version", 1);
    json.put("paused", isPaused());
    json.put("paused_since", pausedSince);
    json.put("pin", pin == null ? null : pin.json());
    json.put("pinned", pin == null ? null : pin.line());
    List<Map<String, @Nullable Object>> newest = new ArrayList<>();
    for (int i = passes.size() - 1; i >= 0 && newest.size() < count; i--) {
      Map<String, @Nullable Object> one = HistoryJson.encode(passes.get(i));
      one.remove("context");
      newest.add(one);
    }
    json.put("passes", newest);
    return json;
  }

  /** Writes what a full or broken disk kept from being written. */
  public void flush() throws IOException {
    save();
  }

  private void save() throws IOException {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("version", 1);
    json.put("paused", isPaused());
    json.put("paused_since", pausedSince);
    json.put("pin", pin == null ? null : pin.json());
    json.put("lost", lost);
    json.put("accepted", accepted);
    json.put("accepted_from", acceptedFrom);
    json.put("trust", trust.encode());
    json.put("applied", applied == null ? null : HistoryJson.encode(applied));
    Map<String, Object> denied = new LinkedHashMap<>();
    denials.forEach((sha, denial) -> denied.put(sha, HistoryJson.encode(denial)));
    json.put("denied", denied);
    json.put("passes", passes.stream().map(HistoryJson::encode).toList());
    Durable.replace(file, Json.encode(json));
  }

  private void decode(Map<String, @Nullable Object> json) {
    if (!(json.get("version") instanceof Long)) {
      throw new IllegalArgumentException("it says no version");
    }
    if (Boolean.TRUE.equals(json.get("paused"))) {
      Object since = json.get("paused_since");
      pausedSince = since == null ? Times.shown(Instant.EPOCH) : since.toString();
    }
    lost = HistoryJson.optional(json, "lost");
    pin = Pin.of(json.get("pin"));
    accepted = HistoryJson.optional(json, "accepted");
    acceptedFrom = HistoryJson.optional(json, "accepted_from");
    trust = TrustMarks.decode(json.get("trust"));
    applied = json.get("applied") == null ? null : HistoryJson.entry(json.get("applied"));
    HistoryJson.map(json.get("denied"))
        .forEach((sha, denial) -> denials.put(sha, HistoryJson.denial(denial)));
    HistoryJson.list(json.get("passes")).forEach(pass -> passes.add(HistoryJson.entry(pass)));
  }
}
