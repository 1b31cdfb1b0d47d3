package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Durable;
import io.vipops.apply.Fault;
import io.vipops.apply.Generations;
import io.vipops.apply.Journal;
import io.vipops.apply.Journal.Phase;
import io.vipops.apply.Nginx;
import io.vipops.apply.Settling;
import io.vipops.render.Manifest;
import io.vipops.render.Renderer;
import io.vipops.render.Renderer.Rendering;
import io.vipops.render.VrrpFile;
import io.vipops.render.VrrpYaml;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
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
 * Which generation is in force, and the way to another one: stage, test, switch, converge, settle,
 * or back. Each phase is in the journal before it begins, so that a crash in any of them ends,
 * after {@link #resume}, in exactly one generation for nginx and VRRP.
 */
final class InForce {
  private static final Logger LOG = LoggerFactory.getLogger(InForce.class);
  private static final int KEEP = 10;

  private final AgentConfig config;
  private final Generations generations;
  private final Journal journal;
  private final Nginx nginx;
  private final Vrrp vrrp;
  private @Nullable String id;
  private Journal.@Nullable Entry entry;
  private @Nullable Settling settling;
  private boolean read;
  private boolean converged;
  private long provenNs;
  private long reloads;
  private Instant since = Instant.EPOCH;

  /** What a settling generation is asked every now and then. */
  interface NewerCommit {
    boolean isThere() throws InterruptedException;
  }

  InForce(AgentConfig config, Nginx nginx, Vrrp vrrp) {
    this.config = config;
    this.generations = new Generations(config.stateDir());
    this.journal = new Journal(config.stateDir());
    this.nginx = nginx;
    this.vrrp = vrrp;
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

  /** Reloads of nginx by this worker. */
  long reloads() {
    return reloads;
  }

  /** When the present phase began. */
  Instant since() {
    return since;
  }

  /** For {@code status}: applied, proven, converging, rollback. */
  String phase() {
    if (entry == null || entry.phase() == Phase.APPLIED) {
      return converged ? "applied" : "converging";
    }
    return switch (entry.phase()) {
      case SETTLE -> "proven";
      case ROLLBACK -> "rollback";
      default -> "converging";
    };
  }

  /** Whether nginx and VRRP are known to run {@code wanted}. */
  boolean runs(String wanted) {
    return converged && wanted.equals(id) && nginx.isAdopted();
  }

  /**
   * Whether {@code current} points at {@code wanted}, whole and watched to the end. Whether nginx
   * and VRRP run it is another question.
   */
  boolean holds(String wanted) {
    return wanted.equals(id) && settling != null && isSettled() && nginx.isAdopted();
  }

  /** Whether nginx's configuration file may become our link; asked anew each time. */
  boolean isAdopted() {
    return nginx.isAdopted();
  }

  /**
   * Refuses to take anything into force where nginx's configuration file is not ours to change.
   *
   * @throws ApplyFailure whose fault is {@link Fault#NOT_ADOPTED}
   */
  void requireAdopted() throws ApplyFailure {
    nginx.requireAdopted();
  }

  /** Whether nginx and VRRP are known to run what {@code current} points at. */
  boolean isConverged() {
    return converged;
  }

  /** Whether it was watched to the end. */
  boolean isSettled() {
    return entry == null || entry.phase() == Phase.APPLIED;
  }

  /** Step 5: on disk, tested by nobody, reachable by nobody. */
  void stage(Rendering rendering, String commit, String version, Settling settling)
      throws ApplyFailure {
    try {
      generations.stage(rendering.generation(), Manifest.of(rendering, commit, version), settling);
    } catch (IOException e) {
      throw host("stage: cannot write " + generations.folder(rendering.generation().id()), e);
    }
  }

  /** Step 6: would nginx and the host take it? */
  void test(String next) throws ApplyFailure, InterruptedException {
    nginx.test(generations.folder(next));
    vrrp.check(vrrpFile(next));
  }

  /**
   * Step 7: the commit point. The way back leads to the last generation that settled: one that a
   * newer commit overtook may be bad.
   */
  void switchTo(String next, String commit) throws ApplyFailure {
    Settling watch = generations.load(next);
    Journal.Entry last = entry;
    String settled = last == null || last.phase() == Phase.APPLIED ? id : last.previous();
    write(new Journal.Entry(settled, next, Phase.SWITCH, commit));
    settling = watch;
    point(next);
  }

  /**
   * Step 8: nginx and VRRP follow {@code current}. After it the generation is proven.
   *
   * @param mayStart whether a missing nginx is to be started
   */
  Nginx.Way converge(boolean mayStart) throws ApplyFailure, InterruptedException {
    String next = id;
    Journal.Entry at = entry;
    if (next == null) {
      throw new ApplyFailure(Fault.HOST, "converge: no generation yet");
    }
    if (at != null && at.phase() == Phase.SWITCH) {
      write(at.in(Phase.CONVERGE));
    }
    boolean nothingUnderWay = at == null || at.phase() == Phase.APPLIED;
    Nginx.Way way = nginx.converge(next, mayStart, nothingUnderWay);
    if (way == Nginx.Way.RELOADED) {
      reloads++;
    }
    vrrp.nginxProven(next);
    vrrp.apply(vrrpFile(next));
    if (at != null && at.phase() != Phase.APPLIED && at.phase() != Phase.ROLLBACK) {
      write(at.in(Phase.SETTLE));
    }
    provenNs = System.nanoTime();
    converged = true;
    return way;
  }

  /**
   * Step 9: watches the proven generation.
   *
   * @return false: a newer commit came first
   * @throws ApplyFailure of the host, if it does not stay well
   */
  boolean settle(NewerCommit newer) throws ApplyFailure, InterruptedException {
    Settling watch = settling;
    String watched = id;
    if (watch == null || watched == null) {
      return true;
    }
    return new Watch(nginx, watched, watch, provenNs).toTheEnd(newer);
  }

  /** Step 10: nothing is under way any more. */
  void applied(String commit) throws ApplyFailure {
    String now = id;
    if (now != null) {
      Journal.Entry last = entry;
      String previous = last == null || !last.next().equals(now) ? null : last.previous();
      write(new Journal.Entry(previous, now, Phase.APPLIED, commit));
      prune(previous, now);
    }
  }

  private void prune(@Nullable String previous, String now) throws ApplyFailure {
    Set<String> keep = new TreeSet<>(Set.of(now));
    if (previous != null) {
      keep.add(previous);
    }
    try {
      generations.prune(KEEP, keep);
    } catch (IOException e) {
      throw host("record: cannot remove old generations", e);
    }
  }

  /** Ends an apply whose watch went on after its pass; see {@link #applied(String)}. */
  void settled() throws ApplyFailure {
    Journal.Entry last = entry;
    if (last != null) {
      applied(last.commit());
    }
  }

  /** {@code current} back to the last generation that settled, and both halves with it. */
  void rollBack() throws ApplyFailure, InterruptedException {
    Journal.Entry failed = entry;
    if (failed == null || failed.phase() == Phase.APPLIED) {
      return;
    }
    if (failed.phase() != Phase.ROLLBACK) {
      failed = failed.in(Phase.ROLLBACK);
      write(failed);
    }
    converged = false;
    if (failed.previous() == null) {
      nginx.release(); // first, so that nginx's configuration leads somewhere at any moment
    } else {
      requireAdopted(); // or current would say one thing, nginx and VRRP another
    }
    point(failed.previous());
    String back = id;
    if (back == null) {
      settling = null;
      vrrp.apply(emptyVrrpFile());
      converged = true;
      return;
    }
    settling = generations.load(back);
    converge(true);
    write(new Journal.Entry(null, back, Phase.APPLIED, generations.commit(back)));
  }

  /**
   * After a start, without Git: both halves to {@code current}. An apply that was under way gets as
   * far as proven, or is rolled back; a rollback is finished.
   *
   * @param mayStart whether a missing nginx is to be started although no apply was under way
   */
  void resume(boolean mayStart) throws ApplyFailure, InterruptedException {
    read();
    Journal.Entry at = entry;
    if (at != null && at.phase() == Phase.ROLLBACK) {
      rollBack();
      return;
    }
    String now = id;
    if (now == null) {
      return;
    }
    Journal.Entry underWay = at == null || at.phase() == Phase.APPLIED ? null : at;
    if (underWay != null && !underWay.next().equals(now)) {
      underWay = neverLeft(now, underWay.previous());
    }
    try {
      settling = null;
      settling = generations.load(now);
      converge(underWay != null || mayStart);
    } catch (ApplyFailure e) {
      if (underWay != null) {
        rollBack();
      }
      throw e;
    }
  }

  /** A crash came before the commit point: {@code now} is as far as it was before the switch. */
  private Journal.@Nullable Entry neverLeft(String now, @Nullable String settled)
      throws ApplyFailure {
    String commit = generations.commit(now);
    if (now.equals(settled)) {
      write(new Journal.Entry(null, now, Phase.APPLIED, commit));
      return null;
    }
    Journal.Entry unsettled = new Journal.Entry(settled, now, Phase.SETTLE, commit);
    write(unsettled);
    return unsettled;
  }

  /**
   * Learns from the disk what is in force, unless it knows. {@code current} decides. The journal
   * only says whether an apply was under way.
   */
  void read() throws ApplyFailure {
    String there;
    try {
      there = generations.current().orElse(null);
    } catch (IOException e) {
      throw host("resume", e);
    }
    if (read && Objects.equals(there, id)) {
      return;
    }
    id = there;
    since = Instant.now();
    settling = null;
    converged = false;
    try {
      entry = journal.read().orElse(null);
    } catch (IOException e) {
      LOG.warn("journal: {}: what current points at counts as applied", e.getMessage());
      String now = id;
      entry =
          now == null ? null : new Journal.Entry(null, now, Phase.APPLIED, generations.commit(now));
    }
    read = true;
  }

  private void write(Journal.Entry next) throws ApplyFailure {
    try {
      journal.write(next);
    } catch (IOException e) {
      throw host("journal", e);
    }
    entry = next;
    since = Instant.now();
  }

  private void point(@Nullable String next) throws ApplyFailure {
    try {
      generations.switchTo(next);
    } catch (IOException e) {
      throw host("switch", e);
    }
    id = next;
    converged = false;
  }

  private Path vrrpFile(String generation) {
    return generations.folder(generation).resolve(Renderer.VRRP_YAML);
  }

  /** What VRRP runs when there is no generation: nothing. */
  private Path emptyVrrpFile() throws ApplyFailure {
    Path file = config.stateDir().resolve("vrrp-none.yaml");
    try {
      Durable.replace(
          file,
          VrrpYaml.encode(new VrrpFile("", config.node(), false, false, List.of(), List.of())));
    } catch (IOException e) {
      throw host("rollback", e);
    }
    return file;
  }

  private static ApplyFailure host(String what, IOException cause) {
    return new ApplyFailure(Fault.HOST, what + ": " + cause);
  }
}
