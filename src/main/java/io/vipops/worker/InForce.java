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
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which generation is in force, and the way to another one: stage, test, switch, converge, settle,
 * or back. Each phase is in the journal before it begins, so that a crash in any of them ends,
 * after {@link #resume}, in exactly one generation for nginx and VRRP.
 */
final class InForce {
  private static final int KEEP = 10;
  private final AgentConfig config;
  private final Generations generations;
  private final Journal journal;
  private final Nginx nginx;
  private final Vrrp vrrp;
  private @Nullable String id;
  private Journal.@Nullable Entry entry;
  private @Nullable Settling settling;
  private boolean converged;
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
    return converged && wanted.equals(id);
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

  /** Step 7: the commit point. */
  void switchTo(String next, String commit) throws ApplyFailure {
    settling = generations.load(next);
    write(new Journal.Entry(id, next, Phase.SWITCH, commit));
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
    Nginx.Way way = nginx.converge(next, mayStart);
    if (way == Nginx.Way.RELOADED) {
      reloads++;
    }
    vrrp.nginxProven(next);
    vrrp.apply(vrrpFile(next));
    if (at != null && at.phase() != Phase.APPLIED && at.phase() != Phase.ROLLBACK) {
      write(at.in(Phase.SETTLE));
    }
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
    return new Watch(nginx, watched, watch).toTheEnd(newer);
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

  /** {@code current} back to what it was before {@link #switchTo}, and both halves with it. */
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
    point(failed.previous());
    String back = id;
    if (back == null) {
      settling = null;
      nginx.release();
      vrrp.apply(emptyVrrpFile());
      converged = true;
      return;
    }
    settling = generations.load(back);
    converge(true);
    write(new Journal.Entry(null, back, Phase.APPLIED, generations.commit(back)));
  }

  /**
   * After a start, without Git: both halves to {@code current}. An apply that was under way is
   * finished, a rollback too.
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
      // The crash came before the commit point: the old generation was never left.
      write(new Journal.Entry(null, now, Phase.APPLIED, generations.commit(now)));
      underWay = null;
    }
    try {
      settling = generations.load(now);
      converge(underWay != null || mayStart);
      if (underWay != null) {
        settle(() -> false);
        applied(underWay.commit());
      }
    } catch (ApplyFailure e) {
      if (underWay != null && underWay.previous() != null) {
        rollBack();
      }
      throw e;
    }
  }

  private void read() throws ApplyFailure {
    try {
      Optional<Journal.Entry> last = journal.read();
      entry = last.orElse(null);
      id = generations.current().orElse(null);
      since = Instant.now();
    } catch (IOException e) {
      throw host("resume", e);
    }
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
