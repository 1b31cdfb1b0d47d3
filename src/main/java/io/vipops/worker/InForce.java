package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Durable;
import io.vipops.apply.Fault;
import io.vipops.apply.Journal.Phase;
import io.vipops.apply.Nginx;
import io.vipops.apply.Settling;
import io.vipops.render.Renderer.Rendering;
import io.vipops.render.VrrpFile;
import io.vipops.render.VrrpYaml;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which generation is in force, and the way to another one: stage, test, switch, converge, settle,
 * or back. A crash in any of them ends, after {@link #resume}, in exactly one generation for nginx
 * and VRRP: the {@link CommitPoint} says in which.
 */
final class InForce {
  private final AgentConfig config;
  private final CommitPoint point;
  private final Nginx nginx;
  private final Vrrp vrrp;
  private final Restoration restoration;
  private boolean converged;
  private long provenNs;
  private long reloads;

  /** What a settling generation is asked every now and then. */
  interface NewerCommit {
    boolean isThere() throws InterruptedException;
  }

  InForce(AgentConfig config, Nginx nginx, Vrrp vrrp, Restoration restoration) {
    this.config = config;
    this.point = new CommitPoint(config.stateDir());
    this.nginx = nginx;
    this.vrrp = vrrp;
    this.restoration = restoration;
  }

  /** The id that {@code current} points at; null: none yet. */
  @Nullable String id() {
    return point.id();
  }

  /** How to watch and show it; null: there is none, or it is damaged. */
  @Nullable Settling settling() {
    return point.settling();
  }

  /** The commit that it was taken into force for; null: none yet. */
  @Nullable String commit() {
    return point.commit();
  }

  /** The generations that are kept besides it, in no order. */
  List<String> kept() throws ApplyFailure {
    return point.kept();
  }

  /** Why a kept generation cannot be used; null: it is whole. */
  @Nullable String damage(String generation) {
    return point.damage(generation);
  }

  /** The commit that a generation was rendered from; empty: it is damaged. */
  String commit(String generation) {
    return point.commit(generation);
  }

  /** What of it can move, for the history. */
  Moved.Shape shape() {
    Settling watch = settling();
    return new Moved.Shape(
        id() == null ? null : point.vrrp(id()), watch == null ? List.of() : watch.upstreams());
  }

  /** Reloads of nginx by this worker. */
  long reloads() {
    return reloads;
  }

  /** When the present phase began. */
  Instant since() {
    return point.since();
  }

  /** For {@code status}: applied, proven, converging, rollback. */
  String phase() {
    return switch (point.phase()) {
      case APPLIED -> converged ? "applied" : "converging";
      case SETTLE -> "proven";
      case ROLLBACK -> "rollback";
      case SWITCH, CONVERGE -> "converging";
    };
  }

  /** Whether nginx and VRRP are known to run {@code wanted}. */
  boolean runs(String wanted) {
    return converged && wanted.equals(id()) && nginx.isAdopted();
  }

  /**
   * Whether {@code current} points at {@code wanted}, whole and watched to the end. Whether nginx
   * and VRRP run it is another question.
   */
  boolean holds(String wanted) {
    return wanted.equals(id()) && settling() != null && isSettled() && nginx.isAdopted();
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
    return point.phase() == Phase.APPLIED;
  }

  /** Learns from the disk what is in force, unless it knows. */
  void read() throws ApplyFailure {
    if (point.read()) {
      converged = false;
    }
  }

  /** Step 5: on disk, tested by nobody, reachable by nobody. */
  void stage(Rendering rendering, String commit, String version, Settling settling)
      throws ApplyFailure {
    point.stage(rendering, commit, version, settling);
  }

  /** Step 6: would nginx and the host take it? */
  void test(String next) throws ApplyFailure, InterruptedException {
    nginx.test(point.folder(next));
    vrrp.check(point.vrrpFile(next));
  }

  /** Step 7: the commit point; see {@link CommitPoint#switchTo}. */
  void switchTo(String next, String commit) throws ApplyFailure {
    converged = false;
    point.switchTo(next, commit);
  }

  /**
   * Step 8: nginx and VRRP follow {@code current}, if that is whole. After it the generation is
   * proven.
   *
   * @param mayStart whether a missing nginx is to be started
   */
  Nginx.Way converge(boolean mayStart) throws ApplyFailure, InterruptedException {
    String next = id();
    if (next == null) {
      throw new ApplyFailure(Fault.HOST, "converge: no generation yet");
    }
    point.load();
    if (point.phase() == Phase.SWITCH) {
      point.enter(Phase.CONVERGE);
    }
    Nginx.Way way = nginx.converge(next, mayStart, isSettled());
    if (way == Nginx.Way.RELOADED) {
      reloads++;
    }
    vrrp.nginxProven(next);
    vrrp.apply(point.vrrpFile(next));
    if (!isSettled() && point.phase() != Phase.ROLLBACK) {
      point.enter(Phase.SETTLE);
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
    Settling watch = settling();
    String watched = id();
    if (watch == null || watched == null) {
      return true;
    }
    return new Watch(nginx, watched, watch, provenNs).toTheEnd(newer);
  }

  /**
   * Step 10: nothing is under way any more.
   *
   * @param served generations that nginx ran before, the newest first: they are kept longest
   */
  void applied(String commit, List<String> served) throws ApplyFailure {
    point.applied(commit, served);
  }

  /** Ends an apply whose watch went on after its pass; see {@link #applied}. */
  void settled(List<String> served) throws ApplyFailure {
    String commit = commit();
    if (commit != null) {
      applied(commit, served);
    }
  }

  /** {@code current} back to the last generation that settled, and both halves with it. */
  void rollBack() throws ApplyFailure, InterruptedException {
    if (!point.turnBack()) {
      return;
    }
    converged = false;
    String back = point.previous();
    if (back == null) {
      nginx.release(); // first, so that nginx's configuration leads somewhere at any moment
      point.goBack();
      vrrp.apply(emptyVrrpFile());
      converged = true;
      return;
    }
    requireAdopted(); // or current would say one thing, nginx and VRRP another
    makeWhole(back);
    if (point.phase() != Phase.ROLLBACK) {
      converge(true); // another one took the place of a damaged one
      return;
    }
    point.goBack();
    converge(true);
    point.wentBack();
  }

  /** Nothing damaged is loaded: it is put right, or the newest whole one takes its place. */
  private void makeWhole(String wanted) throws ApplyFailure {
    String damage = point.damage(wanted);
    if (damage != null) {
      String commit = wanted.equals(id()) ? commit() : null;
      restoration.mend(wanted, commit == null ? point.commit(wanted) : commit, damage);
      point.forget();
      read();
    }
  }

  /**
   * After a start, without Git: both halves to {@code current}. An apply that was under way gets as
   * far as proven, or is rolled back; a rollback is finished.
   *
   * @param mayStart whether a missing nginx is to be started although no apply was under way
   */
  void resume(boolean mayStart) throws ApplyFailure, InterruptedException {
    read();
    if (point.phase() == Phase.ROLLBACK) {
      rollBack();
      return;
    }
    if (id() == null) {
      return;
    }
    boolean underWay = point.recover();
    makeWhole(Objects.requireNonNull(id()));
    try {
      converge(underWay || mayStart);
    } catch (ApplyFailure e) {
      if (underWay) {
        rollBack();
      }
      throw e;
    }
  }

  /** What VRRP runs when there is no generation: nothing. */
  private Path emptyVrrpFile() throws ApplyFailure {
    Path file = config.stateDir().resolve("vrrp-none.yaml");
    try {
      Durable.replace(
          file,
          VrrpYaml.encode(new VrrpFile("", config.node(), false, false, List.of(), List.of())));
    } catch (IOException e) {
      throw new ApplyFailure(Fault.HOST, "rollback: " + e);
    }
    return file;
  }
}
