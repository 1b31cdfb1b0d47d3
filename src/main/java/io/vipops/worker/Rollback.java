package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.git.Commit;
import io.vipops.worker.Outcome.Kind;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code vipops rollback}: takes an earlier generation into force, the way a commit's is, and holds
 * it there. The pin is on the disk before {@code current} is switched, so that no crash in between
 * lets the branch's head come back by itself.
 */
final class Rollback {
  private static final Logger LOG = LoggerFactory.getLogger(Rollback.class);

  private final InForce inForce;
  private final History history;
  private final Verdicts verdicts;
  private final Report report;
  private final Steps steps;
  private final Switchover switchover;

  Rollback(InForce inForce, History history, Verdicts verdicts, Report report, Steps steps) {
    this.inForce = inForce;
    this.history = history;
    this.verdicts = verdicts;
    this.report = report;
    this.steps = steps;
    this.switchover = new Switchover(inForce, history, report);
  }

  /**
   * Goes back.
   *
   * @param wanted an id or the beginning of one; null: what was applied before what is in force
   * @param newer asked while settling, about the newest commit that was seen
   */
  Outcome to(@Nullable String wanted, Consumer<String> progress, Reconciler.NewerThan newer)
      throws InterruptedException, IOException {
    Pass pass = new Pass(steps, progress);
    String id;
    try {
      inForce.read();
      inForce.requireAdopted();
      id = wanted == null ? before() : named(wanted);
      pass.begin("test", Switchover.SHORT);
      inForce.test(id);
    } catch (Refusal e) {
      return new Outcome(Kind.REFUSED, null, null, e.line(), e.problems());
    } catch (ApplyFailure e) {
      return new Outcome(Kind.FAILED, null, null, "no rollback: " + e.line(), null);
    }
    return to(id, commitOf(id), pass, newer);
  }

  private Outcome to(String id, Commit commit, Pass pass, Reconciler.NewerThan newer)
      throws InterruptedException, IOException {
    Pin before = history.pin();
    Pin pin = new Pin(id, commit.sha(), seen(), inForce.id(), Times.shown(Instant.now()), true);
    history.setPin(pin);
    Commit head = new Commit(pin.head(), "", "");
    Outcome outcome;
    try {
      Outcome there =
          switchover.to(id, commit, Kind.ROLLED_BACK, pass, () -> newer.isThereNewerThan(head));
      if (there.kind() == Kind.SUPERSEDED) {
        // It served before: a newer commit that fails leads back here, not to what was left.
        inForce.applied(commit.sha(), history.proven());
        there = Outcome.of(Kind.ROLLED_BACK, commit, id, "proven, then something newer came");
      }
      outcome = there.and(pin.line());
      if (history.pin() != null) { // vipops resume may have come meanwhile
        history.setPin(pin.held());
      }
    } catch (ApplyFailure | RuntimeException e) {
      history.setPin(before);
      String line = "rollback to generation " + id + ": " + e.getMessage();
      outcome = new Outcome(Kind.FAILED, commit.sha(), id, line + "; " + stays(), null);
    }
    verdicts.recordRollback(commit, outcome, pass);
    return outcome;
  }

  private String stays() {
    return inForce.id() == null
        ? "no generation is in force"
        : "generation " + inForce.id() + " stays in force";
  }

  /** The newest commit that this node knows of. */
  private String seen() {
    String head = report.head();
    if (head != null) {
      return head;
    }
    History.Entry last = history.last();
    return last != null ? last.commit() : String.valueOf(inForce.commit());
  }

  /** What was applied before what is in force: earlier rollbacks do not count. */
  private String before() throws Refusal, ApplyFailure {
    String now = inForce.id();
    List<History.Entry> passes = history.passes();
    int at = passes.size() - 1;
    while (at >= 0 && (passes.get(at).rollback() || !served(passes.get(at), now))) {
      at--;
    }
    for (int i = at - 1; i >= 0; i--) {
      History.Entry entry = passes.get(i);
      String id = entry.generation();
      boolean applied = entry.outcome().equals("applied") || entry.outcome().equals("unchanged");
      if (id != null && applied && !entry.rollback() && !id.equals(now)) {
        return whole(id);
      }
    }
    throw refusal("no generation was applied before " + (now == null ? "this" : now));
  }

  private static boolean served(History.Entry entry, @Nullable String id) {
    boolean ran = Outcome.Kind.of(entry.outcome()).filter(History.RAN::contains).isPresent();
    return ran && id != null && id.equals(entry.generation());
  }

  private String named(String wanted) throws Refusal, ApplyFailure {
    List<String> fitting = kept().stream().filter(it -> it.startsWith(wanted)).toList();
    if (fitting.isEmpty() || wanted.isEmpty()) {
      throw refusal("no kept generation begins with '" + wanted + "'");
    }
    if (fitting.size() > 1) {
      throw refusal("more than one generation begins with " + wanted);
    }
    if (fitting.get(0).equals(inForce.id())) {
      throw refusal(
          "generation " + fitting.get(0) + " is in force already (vipops pause keeps it so)");
    }
    return whole(fitting.get(0));
  }

  private String whole(String id) throws Refusal, ApplyFailure {
    if (!kept().contains(id)) {
      throw refusal("generation " + id + " is no longer kept");
    }
    String damage = inForce.damage(id);
    if (damage != null) {
      throw refusal(damage);
    }
    return id;
  }

  private List<String> kept() throws ApplyFailure {
    return inForce.kept();
  }

  /** With what there is, the newest first. */
  private Refusal refusal(String why) throws ApplyFailure {
    List<String> order = new ArrayList<>(history.proven());
    List<String> kept = new ArrayList<>(kept());
    kept.removeIf(it -> inForce.damage(it) != null);
    order.retainAll(kept);
    kept.stream().filter(it -> !order.contains(it)).forEach(order::add);
    StringBuilder list = new StringBuilder("kept and whole:");
    for (String id : order) {
      Commit commit = commitOf(id);
      list.append("\n  ").append(id).append("  commit ").append(commit.shortSha());
      list.append(commit.subject().isEmpty() ? "" : "  " + commit.subject());
      list.append(id.equals(inForce.id()) ? "  (in force)" : "");
    }
    return new Refusal(why, order.isEmpty() ? null : why + "\n" + list);
  }

  /** The commit of a generation, as the history knows it. */
  private Commit commitOf(String id) {
    List<History.Entry> passes = history.passes();
    for (int i = passes.size() - 1; i >= 0; i--) {
      History.Entry entry = passes.get(i);
      if (id.equals(entry.generation())) {
        return new Commit(entry.commit(), entry.author(), entry.subject());
      }
    }
    return new Commit(inForce.commit(id), "unknown", "");
  }

  /**
   * Ends what a crash left: a pin whose generation came into force holds, one whose generation did
   * not is dropped. Does nothing while the way there is still open.
   */
  void tidyUp() throws IOException {
    Pin pin = history.pin();
    if (pin == null || !inForce.isSettled() || !inForce.isConverged()) {
      return;
    }
    boolean there = pin.generation().equals(inForce.id());
    if (there && !pin.pending()) {
      return;
    }
    history.setPin(there ? pin.held() : null);
    if (!there && !pin.pending()) {
      LOG.warn("{} is in force: no longer {}", inForce.id(), pin.line());
      report.unpinned();
      return;
    }
    Commit commit = commitOf(pin.generation());
    String id = pin.generation();
    Outcome outcome =
        there
            ? Outcome.of(Kind.ROLLED_BACK, commit, id, "after a restart; " + pin.line())
            : new Outcome(
                Kind.FAILED,
                commit.sha(),
                id,
                "rollback to generation " + id + " did not last; " + stays(),
                null);
    verdicts.recordRollback(commit, outcome, new Pass(steps, line -> {}));
  }
}
