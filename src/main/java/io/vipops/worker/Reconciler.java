package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Settling;
import io.vipops.git.Commit;
import io.vipops.git.GitFailure;
import io.vipops.git.Mirror;
import io.vipops.render.Host;
import io.vipops.render.Renderer;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader.SourceFile;
import io.vipops.worker.Outcome.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the branch's head into force, one pass at a time. {@link #live} is the life of a commit;
 * around it stand what was judged before and whose fault a failure is.
 */
public final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration SLACK = Duration.ofSeconds(5);

  private final AgentConfig config;
  private final Host host;
  private final String version;
  private final Mirror mirror;
  private final InForce inForce;
  private final History history;
  private final Steps steps;
  private final Report report;
  private final Verdicts verdicts;
  private final Admission admission;
  private final Inspection inspection;
  private final Switchover switchover;
  private @Nullable GitFailure fetchFailure;

  Reconciler(
      AgentConfig config,
      String version,
      Mirror mirror,
      InForce inForce,
      History history,
      Steps steps,
      Report report,
      Verdicts verdicts) {
    this.config = config;
    this.host = hostOf(config);
    this.version = version;
    this.mirror = mirror;
    this.inForce = inForce;
    this.history = history;
    this.steps = steps;
    this.report = report;
    this.verdicts = verdicts;
    this.admission = new Admission(config.source(), mirror, inForce, history, report);
    this.inspection = new Inspection(config.node(), host);
    this.switchover = new Switchover(inForce, history, report);
  }

  /** The host that {@code config} describes. */
  public static Host hostOf(AgentConfig config) {
    return new Host(
        config.stateDir().resolve("generations"),
        config.nginx().pid(),
        config.nginx().endpoint(),
        config.nginx().logDir(),
        config.nginx().user());
  }

  /** The life of a commit after its fetch: read to record. */
  private Outcome live(Commit commit, Pass pass, InForce.NewerCommit newer)
      throws Refusal, GitFailure, ApplyFailure, IOException, InterruptedException {
    pass.begin("read", Switchover.SHORT);
    List<SourceFile> files = mirror.read(commit, config.source().path());

    pass.begin("check", Switchover.SHORT);
    Spec spec = inspection.of(files);
    admission.accept(commit);
    if (inspection.isHeld(spec)) {
      return Outcome.of(Kind.HELD, commit, null, "the node is on hold: keeps what it runs");
    }

    pass.begin("render", Switchover.SHORT);
    Rendering rendering = Renderer.render(spec, config.node(), host);
    String id = rendering.generation().id();

    if (inForce.runs(id) || inForce.holds(id)) {
      return switchover.keep(id, commit, pass, newer);
    }

    inForce.requireAdopted();

    pass.begin("stage", Switchover.SHORT);
    inForce.stage(rendering, commit.sha(), version, Settling.of(spec.cluster()));

    pass.begin("test", Switchover.SHORT);
    try {
      inForce.test(id);
    } catch (ApplyFailure e) {
      Refusal placed = e.fault() == Fault.COMMIT ? Refusal.of(e, rendering, files) : null;
      if (placed != null) {
        throw placed;
      }
      throw e;
    }

    return switchover.to(id, commit, Kind.APPLIED, pass, newer); // switch … record
  }

  /**
   * One pass: asks the remote, and takes its head into force unless that was judged before.
   *
   * @param forced whether a commit that failed is tried again before its time
   * @param progress gets a line after fetch and proof
   * @param newer asked while settling
   */
  Outcome pass(boolean forced, Consumer<String> progress, NewerThan newer)
      throws InterruptedException, IOException {
    Pass pass = new Pass(verdicts.counted(steps), progress);
    try {
      inForce.read();
    } catch (ApplyFailure e) {
      return new Outcome(Kind.FAILED, null, null, e.line(), null);
    }
    admission.refresh();
    Commit commit;
    fetchFailure = null;
    try {
      commit = fetch(pass);
    } catch (GitFailure e) {
      if (e.unfetched() != null) {
        return refuseUnfetched(e.unfetched(), e, pass);
      }
      fetchFailure = e;
      return fetchFailed(e);
    }
    report.fetched(commit);
    Outcome judged = verdicts.before(commit, forced);
    if (judged != null) {
      if (judged.kind() == Kind.NOT_ADOPTED) {
        report.ended(judged); // also after a restart: somebody has to do something
      }
      report.stands(judged);
      return judged;
    }
    report.reconciling(commit);
    verdicts.begin(commit);
    Outcome outcome = judge(commit, pass, () -> newer.isThereNewerThan(commit));
    verdicts.record(commit, outcome, pass);
    return outcome;
  }

  /** Whether the branch has left {@code commit}. */
  interface NewerThan {
    boolean isThereNewerThan(Commit commit) throws InterruptedException;
  }

  private Commit fetch(Pass pass) throws GitFailure {
    pass.begin("fetch", config.source().timeout().plus(SLACK));
    String head = mirror.head();
    History.Entry last = history.last();
    if (last != null && last.commit().equals(head)) {
      return new Commit(head, last.author(), last.subject());
    }
    pass.begin("fetch", config.source().timeout().plus(SLACK));
    Commit commit = mirror.fetch(head);
    pass.say("fetched " + commit.shortSha() + " in " + pass.elapsed());
    return commit;
  }

  private Outcome judge(Commit commit, Pass pass, InForce.NewerCommit newer)
      throws InterruptedException, IOException {
    try {
      mirror.fetch(commit.sha());
      admission.admit(commit, pass);
      return live(commit, pass, newer);
    } catch (Refusal e) {
      return verdicts.refuse(commit, e.line(), e.problems());
    } catch (GitFailure e) {
      return e.commitsFault()
          ? verdicts.refuse(commit, e.line(), null)
          : Outcome.of(Kind.FAILED, commit, null, e.line());
    } catch (ApplyFailure e) {
      return switch (e.fault()) {
        case COMMIT -> verdicts.refuse(commit, e.line(), e.line());
        case HOST -> Outcome.of(Kind.FAILED, commit, null, e.line());
        case NOT_ADOPTED -> Outcome.of(Kind.NOT_ADOPTED, commit, null, e.line());
      };
    } catch (IOException e) {
      return Outcome.of(Kind.FAILED, commit, null, e.toString());
    } catch (RuntimeException e) {
      LOG.error("a fault in vipops itself", e);
      return Outcome.of(Kind.FAILED, commit, null, "a fault in vipops itself: " + e);
    }
  }

  /** The fetch itself says that the commit cannot be taken: it is not fetched at every poll. */
  private Outcome refuseUnfetched(String sha, GitFailure e, Pass pass) throws IOException {
    Commit commit = new Commit(sha, "somebody", "not fetched");
    report.fetched(commit);
    Outcome outcome = verdicts.refuse(commit, e.line(), null);
    verdicts.record(commit, outcome, pass);
    return outcome;
  }

  /** What {@code vipops accept-rewrite} asks for; see {@link Admission#acceptRewrite}. */
  String acceptRewrite(String sha) throws GitFailure, Refusal, IOException {
    steps.begin("fetch", config.source().timeout().plus(SLACK));
    return admission.acceptRewrite(sha);
  }

  private Outcome fetchFailed(GitFailure e) {
    if (report.fetchFailed(e.line())) {
      LOG.warn("{}", e.line());
    }
    return new Outcome(Kind.FAILED, null, null, e.line(), null);
  }

  /** Why the last pass could not ask the remote; null: it could. */
  @Nullable GitFailure fetchFailure() {
    return fetchFailure;
  }

  /** Whether something may come to hang in this process. */
  boolean isAsking() {
    return mirror.isAsking();
  }

  /** Whether something hangs in this process that only its end is an end of. */
  boolean hangs() {
    return mirror.hangs();
  }

  /** While settling: whether the branch has left {@code from}, if it can be asked. */
  boolean hasMoved(String from) {
    steps.begin("fetch", config.source().timeout().plus(SLACK));
    try {
      return !mirror.head().equals(from);
    } catch (GitFailure e) {
      return false; // the next poll says so
    } finally {
      steps.begin("settle", Switchover.settleLimit(inForce));
    }
  }
}
