package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Nginx;
import io.vipops.apply.Settling;
import io.vipops.git.Commit;
import io.vipops.worker.Outcome.Kind;
import java.time.Duration;

/** The second half of a commit's life: switch, converge, settle, record, or back. */
final class Switchover {
  /** For a step that only computes or writes; the largest spec needs a few seconds. */
  static final Duration SHORT = Duration.ofMinutes(1);

  /** For a step that waits for nginx and the kernel. */
  static final Duration LONG = Duration.ofMinutes(2);

  private final InForce inForce;
  private final History history;
  private final Report report;

  Switchover(InForce inForce, History history, Report report) {
    this.inForce = inForce;
    this.history = history;
    this.report = report;
  }

  /**
   * Takes a tested generation into force.
   *
   * @param good what it is if all goes well
   */
  Outcome to(String id, Commit commit, Kind good, Pass pass, InForce.NewerCommit newer)
      throws ApplyFailure, InterruptedException {
    Moved.Shape before = inForce.shape();
    long reloads = inForce.reloads();
    try {
      pass.begin("switch", SHORT);
      inForce.switchTo(id, commit.sha());

      pass.begin("converge", LONG);
      Nginx.Way way = inForce.converge(true);
      String proven = "in " + pass.elapsed() + ", " + words(way);
      pass.say("proven " + id + " " + proven);
      pass.moved(
          Moved.between(
              before, inForce.shape(), inForce.reloads() - reloads, way == Nginx.Way.STARTED));
      report.send();

      if (!settle(pass, newer)) {
        return Outcome.of(
            Kind.SUPERSEDED, commit, id, "proven " + proven + "; a newer commit came");
      }

      pass.begin("record", SHORT);
      inForce.applied(commit.sha(), history.proven());
      return Outcome.of(good, commit, id, proven);
    } catch (ApplyFailure | RuntimeException e) {
      back(e, pass);
      pass.moved(Moved.reloads(inForce.reloads() - reloads));
      throw e;
    }
  }

  /** A commit that renders to what is in force already: only its watch may have to go on. */
  Outcome keep(String id, Commit commit, Pass pass, InForce.NewerCommit newer)
      throws ApplyFailure, InterruptedException {
    try {
      if (!inForce.isSettled() && !settle(pass, newer)) {
        return Outcome.of(Kind.SUPERSEDED, commit, id, "proven, then a newer commit came");
      }
      pass.begin("record", SHORT);
      inForce.applied(commit.sha(), history.proven());
      return Outcome.of(Kind.UNCHANGED, commit, id, "nothing changes on this node");
    } catch (ApplyFailure | RuntimeException e) {
      back(e, pass);
      throw e;
    }
  }

  /** Watches the proven generation; false: a newer commit came first. */
  boolean settle(Pass pass, InForce.NewerCommit newer) throws ApplyFailure, InterruptedException {
    pass.begin("settle", settleLimit(inForce));
    return inForce.settle(newer);
  }

  /** How long a watch may take with all that happens meanwhile. */
  static Duration settleLimit(InForce inForce) {
    Settling settling = inForce.settling();
    return settling == null ? LONG : settling.settle().plus(LONG);
  }

  /** To the generation that settled last. */
  void back(Exception cause, Pass pass) throws ApplyFailure, InterruptedException {
    pass.begin("rollback", LONG);
    try {
      inForce.rollBack();
    } catch (ApplyFailure e) {
      throw new ApplyFailure(Fault.HOST, cause.getMessage() + "; " + e.line());
    }
  }

  private static String words(Nginx.Way way) {
    return switch (way) {
      case RELOADED -> "1 reload";
      case STARTED -> "nginx started";
      case NOTHING_TO_DO -> "no reload";
    };
  }
}
