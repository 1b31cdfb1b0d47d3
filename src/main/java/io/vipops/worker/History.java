package io.vipops.worker;

import io.vipops.apply.Durable;
import io.vipops.git.Commit;
import io.vipops.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What this node did with the commits that it saw, in {@code history/history.json} of the state
 * folder: written through to the disk with every change. Not for several threads.
 */
public final class History {
  private static final int PASSES = 100;
  private static final int DENIALS = 100;

  /**
   * The end of one pass.
   *
   * @param context what it was judged by; see {@link Denial}
   * @param at ISO 8601, UTC
   * @param stepMs milliseconds by step
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
      Map<String, Long> stepMs) {}

  /**
   * A commit that is not tried again.
   *
   * @param context what it was judged by: it holds for no other version, source or host
   */
  public record Denial(String context, String line, @Nullable String problems) {}

  /** After these nginx runs the generation. */
  private static final Set<Outcome.Kind> RAN =
      Set.of(Outcome.Kind.APPLIED, Outcome.Kind.UNCHANGED, Outcome.Kind.SUPERSEDED);

  private final Path file;
  private final List<Entry> passes = new ArrayList<>();
  private final Map<String, Denial> denials = new LinkedHashMap<>();
  private boolean paused;
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
    History history = new History(stateDir.resolve("history/history.json"));
    try {
      history.decode(Json.decode(Files.readAllBytes(history.file)));
      return history;
    } catch (NoSuchFileException e) {
      return history;
    } catch (Json.MalformedException | RuntimeException e) {
      Files.move(
          history.file,
          history.file.resolveSibling("history.json.damaged"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      return new History(history.file);
    }
  }

  /**
   * Whether the agent of {@code stateDir} leaves commits alone; touches nothing.
   *
   * @throws IOException if the file cannot be read; of a damaged one the agent takes no pause
   *     either
   */
  public static boolean isPaused(Path stateDir) throws IOException {
    try {
      byte[] json = Files.readAllBytes(stateDir.resolve("history/history.json"));
      return Boolean.TRUE.equals(Json.decode(json).get("paused"));
    } catch (NoSuchFileException | Json.MalformedException e) {
      return false;
    }
  }

  /** Whether commits are left alone for now. */
  public boolean isPaused() {
    return paused;
  }

  public void setPaused(boolean paused) throws IOException {
    this.paused = paused;
    save();
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

  /** The end of the last pass; null: there was none. */
  public @Nullable Entry last() {
    return passes.isEmpty() ? null : passes.get(passes.size() - 1);
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

  private void save() throws IOException {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("version", 1);
    json.put("paused", paused);
    json.put("accepted", accepted);
    json.put("accepted_from", acceptedFrom);
    json.put("trust", trust.encode());
    json.put("applied", applied == null ? null : encode(applied));
    Map<String, Object> denied = new LinkedHashMap<>();
    denials.forEach(
        (sha, denial) -> {
          Map<String, @Nullable Object> one = new LinkedHashMap<>();
          one.put("context", denial.context());
          one.put("line", denial.line());
          one.put("problems", denial.problems());
          denied.put(sha, one);
        });
    json.put("denied", denied);
    json.put("passes", passes.stream().map(History::encode).toList());
    Durable.replace(file, Json.encode(json));
  }

  private static Map<String, @Nullable Object> encode(Entry entry) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("context", entry.context());
    json.put("commit", entry.commit());
    json.put("author", entry.author());
    json.put("subject", entry.subject());
    json.put("outcome", entry.outcome());
    json.put("generation", entry.generation());
    json.put("at", entry.at());
    json.put("line", entry.line());
    json.put("step_ms", entry.stepMs());
    return json;
  }

  @SuppressWarnings("unchecked")
  private void decode(Map<String, @Nullable Object> json) {
    paused = Boolean.TRUE.equals(json.get("paused"));
    accepted = (String) json.get("accepted");
    acceptedFrom = (String) json.get("accepted_from");
    trust = TrustMarks.decode(json.get("trust"));
    if (json.get("applied") instanceof Map<?, ?> entry) {
      applied = entry((Map<String, @Nullable Object>) entry);
    }
    if (json.get("denied") instanceof Map<?, ?> denied) {
      denied.forEach(
          (sha, value) -> {
            Map<String, @Nullable Object> one = (Map<String, @Nullable Object>) value;
            denials.put(
                (String) sha,
                new Denial(text(one, "context"), text(one, "line"), (String) one.get("problems")));
          });
    }
    if (json.get("passes") instanceof List<?> entries) {
      entries.forEach(entry -> passes.add(entry((Map<String, @Nullable Object>) entry)));
    }
  }

  @SuppressWarnings("unchecked")
  private static Entry entry(Map<String, @Nullable Object> json) {
    return new Entry(
        text(json, "context"),
        text(json, "commit"),
        text(json, "author"),
        text(json, "subject"),
        text(json, "outcome"),
        (String) json.get("generation"),
        text(json, "at"),
        text(json, "line"),
        json.get("step_ms") instanceof Map<?, ?> ms ? (Map<String, Long>) ms : Map.of());
  }

  private static String text(Map<String, @Nullable Object> json, String key) {
    return String.valueOf(json.get(key));
  }
}
