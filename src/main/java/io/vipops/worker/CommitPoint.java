package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Generations;
import io.vipops.apply.Journal;
import io.vipops.apply.Journal.Phase;
import io.vipops.apply.Settling;
import io.vipops.apply.StorageException;
import io.vipops.render.Manifest;
import io.vipops.render.Renderer;
import io.vipops.render.Renderer.Rendering;
import io.vipops.render.VrrpFile;
import io.vipops.render.VrrpYaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the disk says is in force: the generations, {@code current}, and the journal of what is
 * under way. Knows neither nginx nor VRRP. Each phase is in the journal before it begins.
 */
final class CommitPoint {
  private static final Logger LOG = LoggerFactory.getLogger(CommitPoint.class);
  private static final int KEEP = 10;

  private final Path stateDir;
  private final Generations generations;
  private final Journal journal;
  private @Nullable String id;
  private Journal.@Nullable Entry entry;
  private @Nullable Settling settling;
  private boolean read;
  private Instant since = Instant.EPOCH;

  CommitPoint(Path stateDir) {
    this.stateDir = stateDir;
    this.generations = new Generations(stateDir);
    this.journal = new Journal(stateDir);
  }

  /** The id that {@code current} points at; null: none yet. */
  @Nullable String id() {
    return id;
  }

  /** How to watch and show it; null: there is none, or it is damaged. */
  @Nullable Settling settling() {
    return settling;
  }

  /** The commit that it was taken into force for; null: none yet. */
  @Nullable String commit() {
    return entry == null || !entry.next().equals(id) ? null : entry.commit();
  }

  /** When the present phase began. */
  Instant since() {
    return since;
  }

  /** What an apply is at; {@link Phase#APPLIED}: nothing is under way. */
  Phase phase() {
    return entry == null ? Phase.APPLIED : entry.phase();
  }

  List<String> kept() throws ApplyFailure {
    try {
      return generations.kept();
    } catch (IOException e) {
      throw host("generations", e);
    }
  }

  @Nullable String damage(String generation) {
    try {
      Settling unused = generations.load(generation);
      return null;
    } catch (ApplyFailure e) {
      return e.line();
    }
  }

  String commit(String generation) {
    return generations.commit(generation);
  }

  /** The VRRP half; null: it cannot be read. */
  @Nullable VrrpFile vrrp(String generation) {
    Path file = vrrpFile(generation);
    try {
      return VrrpYaml.decode(file.toString(), Files.readAllBytes(file)).file();
    } catch (IOException e) {
      return null;
    }
  }

  /** The rendered VRRP half of a generation. */
  Path vrrpFile(String generation) {
    return folder(generation).resolve(Renderer.VRRP_YAML);
  }

  Path folder(String generation) {
    return generations.folder(generation);
  }

  /**
   * Learns from the disk what is in force, unless it knows. {@code current} decides. The journal
   * only says whether an apply was under way.
   *
   * @return whether it had to learn: nothing else is known of what {@code current} points at
   */
  boolean read() throws ApplyFailure {
    String there;
    try {
      there = generations.current().orElse(null);
    } catch (IOException e) {
      throw host("resume", e);
    }
    if (read && (id != null || there == null)) {
      return false; // whatever current became meanwhile is drift
    }
    id = there;
    since = Instant.now();
    settling = null;
    try {
      entry = journal.read().orElse(null);
    } catch (IOException e) {
      LOG.warn("journal: {}: what current points at counts as applied", e.getMessage());
      String now = id;
      entry =
          now == null ? null : new Journal.Entry(null, now, Phase.APPLIED, generations.commit(now));
    }
    if (entry != null && entry.phase() == Phase.APPLIED && generations.has(entry.next())) {
      id = entry.next(); // where nothing is under way, the journal has the last word
    }
    read = true;
    return true;
  }

  /** Loads what is in force, if it is whole; {@code current} leads to it from here on. */
  void load() throws ApplyFailure {
    settling = null;
    String now = id;
    if (now == null) {
      return;
    }
    settling = generations.load(now);
    try {
      if (!now.equals(generations.current().orElse(null))) {
        LOG.warn("{}, not at generations/{}: put right", generations.currentText(), now);
        point(now);
      }
    } catch (IOException e) {
      throw host("current", e);
    }
  }

  /** What is known may be wrong: the next {@link #read} asks the disk. */
  void forget() {
    read = false;
  }

  /** Writes a generation: tested by nobody, reachable by nobody. */
  void stage(Rendering rendering, String commit, String version, Settling settling)
      throws ApplyFailure {
    try {
      generations.stage(rendering.generation(), Manifest.of(rendering, commit, version), settling);
    } catch (IOException e) {
      throw host("stage: cannot write generation " + rendering.generation().id(), e);
    }
  }

  /**
   * The commit point. The way back leads to the last generation that settled: one that a newer
   * commit overtook may be bad.
   */
  void switchTo(String next, String commit) throws ApplyFailure {
    Settling watch = generations.load(next);
    Journal.Entry last = entry;
    String settled = last == null || last.phase() == Phase.APPLIED ? id : last.previous();
    write(new Journal.Entry(settled, next, Phase.SWITCH, commit));
    point(next);
    settling = watch;
  }

  /** The apply that is under way goes on with {@code phase}. */
  void enter(Phase phase) throws ApplyFailure {
    Journal.Entry at = Objects.requireNonNull(entry, "nothing is under way");
    write(at.in(phase));
  }

  /**
   * Nothing is under way any more: {@code current} is applied, for {@code commit}.
   *
   * @param served in the order in which they are given up, the last first: a clock that was set
   *     back says nothing about age
   */
  void applied(String commit, List<String> served) throws ApplyFailure {
    String now = id;
    if (now != null) {
      Journal.Entry last = entry;
      String previous = last == null || !last.next().equals(now) ? null : last.previous();
      write(new Journal.Entry(previous, now, Phase.APPLIED, commit));
      prune(previous, now, served);
    }
  }

  private void prune(@Nullable String previous, String now, List<String> served) {
    Set<String> keep = new TreeSet<>(Set.of(now));
    if (previous != null) {
      keep.add(previous);
    }
    served.stream().limit(KEEP).filter(it -> keep.size() < KEEP).forEach(keep::add);
    try {
      generations.prune(KEEP, keep);
    } catch (IOException | UncheckedIOException e) {
      // What is in force is so already; they are in nobody's way, and the next apply tries again.
      LOG.warn("old generations stay: {}", e.toString());
    }
  }

  /** Whether there is a way back to go: then the journal says from here on that it is gone. */
  boolean turnBack() throws ApplyFailure {
    if (phase() == Phase.APPLIED) {
      return false;
    }
    if (phase() != Phase.ROLLBACK) {
      enter(Phase.ROLLBACK);
    }
    return true;
  }

  /** Where the way back leads; null: to no generation at all. */
  @Nullable String previous() {
    return entry == null ? null : entry.previous();
  }

  /** {@code current} where the way back leads. */
  void goBack() throws ApplyFailure {
    point(previous());
  }

  /** The end of the way back. */
  void wentBack() throws ApplyFailure {
    String back = Objects.requireNonNull(id, "there is nothing to run");
    write(new Journal.Entry(null, back, Phase.APPLIED, generations.commit(back)));
  }

  /**
   * After a start: says whether an apply is under way. One that crashed before its switch is
   * forgotten: the generation before it is as far as it was.
   */
  boolean recover() throws ApplyFailure {
    if (phase() == Phase.APPLIED) {
      return false;
    }
    String now = Objects.requireNonNull(id, "there is no generation");
    Journal.Entry at = Objects.requireNonNull(entry);
    return at.next().equals(now) || !forgetSwitch(now, at.previous());
  }

  /** Returns whether {@code now} had settled before the switch that never came. */
  private boolean forgetSwitch(String now, @Nullable String settled) throws ApplyFailure {
    String commit = generations.commit(now);
    if (now.equals(settled)) {
      write(new Journal.Entry(null, now, Phase.APPLIED, commit));
      return true;
    }
    write(new Journal.Entry(settled, now, Phase.SETTLE, commit));
    return false;
  }

  private void write(Journal.Entry next) throws ApplyFailure {
    try {
      journal.write(next);
    } catch (IOException e) {
      forget(); // it may be there all the same
      throw host("journal", e);
    }
    entry = next;
    since = Instant.now();
  }

  private void point(@Nullable String next) throws ApplyFailure {
    try {
      generations.switchTo(next);
    } catch (IOException e) {
      forget(); // it may be there all the same
      throw host("switch", e);
    }
    id = next;
  }

  private ApplyFailure host(String what, IOException cause) {
    return new ApplyFailure(Fault.HOST, what + ": " + StorageException.line(stateDir, cause));
  }
}
