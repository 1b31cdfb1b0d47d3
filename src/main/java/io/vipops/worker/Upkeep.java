package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What keeps {@code current} in force between the passes, without Git. */
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  private final InForce inForce;
  private final History history;
  private final Steps steps;
  private final Report report;
  private final Switchover switchover;

  Upkeep(InForce inForce, History history, Steps steps, Report report) {
    this.inForce = inForce;
    this.history = history;
    this.steps = steps;
    this.report = report;
    this.switchover = new Switchover(inForce, history, report);
  }

  /** After a start: both halves to {@code current}. Returns the failure, or null. */
  @Nullable String resume(boolean mayStart) throws InterruptedException {
    steps.begin("resume", Switchover.LONG.plus(Switchover.LONG));
    ApplyFailure failure = null;
    try {
      inForce.resume(mayStart);
      if (inForce.id() != null) {
        LOG.info("generation {} is in force", inForce.id());
      }
    } catch (ApplyFailure e) {
      failure = e;
      LOG.warn("resume: {}", e.line());
    }
    report.resumed(failure);
    return failure == null ? null : failure.line();
  }

  /** Whether nginx and VRRP are known to run what {@code current} points at. */
  boolean isConverged() {
    return inForce.id() == null || inForce.isConverged();
  }

  /**
   * Goes on watching a proven generation that its own pass left: a newer commit came and was not
   * taken into force, or the worker ended meanwhile.
   *
   * @param somethingElse asked every now and then; if there is, the rest is for another time
   */
  void settle(InForce.NewerCommit somethingElse) throws InterruptedException {
    if (inForce.isSettled() || !inForce.isConverged()) {
      return;
    }
    Pass pass = new Pass(steps, line -> {});
    try {
      if (switchover.settle(pass, somethingElse)) {
        inForce.settled(history.proven());
        LOG.info("generation {} has settled", inForce.id());
        report.send();
      }
    } catch (ApplyFailure | RuntimeException e) {
      String line = String.valueOf(e.getMessage());
      try {
        switchover.back(e, pass);
      } catch (ApplyFailure failed) {
        line = failed.line();
      }
      LOG.warn("{}; generation {} is in force again", line, inForce.id());
      report.unsettled(line);
    }
  }
}
