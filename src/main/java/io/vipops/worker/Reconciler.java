package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Nginx;
import io.vipops.apply.Settling;
import io.vipops.git.Commit;
import io.vipops.git.GitFailure;
import io.vipops.git.Mirror;
import io.vipops.render.Host;
import io.vipops.render.Renderer;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.Node;
import io.vipops.spec.ProblemText;
import io.vipops.spec.Severity;
import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader;
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

  /** For a step that only computes or writes; the largest spec needs a few seconds. */
  private static final Duration SHORT = Duration.ofMinutes(1);

  /** For a step that waits for nginx and the kernel. */
  private static final Duration LONG = Duration.ofMinutes(2);

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

  /** The life of a commit from read to record. */
  private Outcome live(Commit commit, Pass pass, InForce.NewerCommit newer)
      throws Refusal, GitFailure, ApplyFailure, IOException, InterruptedException {
    pass.begin("read", SHORT);
    List<SourceFile> files = mirror.read(commit, config.source().path());

    pass.begin("check", SHORT);
    Spec spec = check(files);
    history.accept(commit, source());
    if (self(spec).hold()) {
      return Outcome.of(Kind.HELD, commit, null, "the node is on hold: keeps what it runs");
    }

    pass.begin("render", SHORT);
    Rendering rendering = Renderer.render(spec, config.node(), host);
    String id = rendering.generation().id();

    if (inForce.runs(id) || inForce.holds(id)) {
      return keep(commit, id, pass, newer);
    }

    inForce.requireAdopted();

    pass.begin("stage", SHORT);
    inForce.stage(rendering, commit.sha(), version, Settling.of(spec.cluster()));

    pass.begin("test", SHORT);
    try {
      inForce.test(id);
    } catch (ApplyFailure e) {
      Refusal placed = e.fault() == Fault.COMMIT ? Refusal.of(e, rendering, files) : null;
      if (placed != null) {
        throw placed;
      }
      throw e;
    }

    try {
      pass.begin("switch", SHORT);
      inForce.switchTo(id, commit.sha());

      pass.begin("converge", LONG);
      Nginx.Way way = inForce.converge(true);
      String proven = "in " + pass.elapsed() + ", " + words(way);
      pass.say("proven " + id + " " + proven);
      report.send();

      beginSettle(pass);
      if (!inForce.settle(newer)) {
        return Outcome.of(
            Kind.SUPERSEDED, commit, id, "proven " + proven + "; a newer commit came");
      }

      pass.begin("record", SHORT);
      inForce.applied(commit.sha());
      return Outcome.of(Kind.APPLIED, commit, id, proven);
    } catch (ApplyFailure | RuntimeException e) {
      rollBack(e, pass);
      throw e;
    }
  }

  /** A commit that renders to what is in force already: only its watch may have to go on. */
  private Outcome keep(Commit commit, String id, Pass pass, InForce.NewerCommit newer)
      throws ApplyFailure, InterruptedException {
    try {
      if (!inForce.isSettled()) {
        beginSettle(pass);
        if (!inForce.settle(newer)) {
          return Outcome.of(Kind.SUPERSEDED, commit, id, "proven, then a newer commit came");
        }
      }
      pass.begin("record", SHORT);
      inForce.applied(commit.sha());
      return Outcome.of(Kind.UNCHANGED, commit, id, "nothing changes on this node");
    } catch (ApplyFailure | RuntimeException e) {
      rollBack(e, pass);
      throw e;
    }
  }

  private void beginSettle(Pass pass) {
    Settling settling = inForce.settling();
    pass.begin("settle", settling == null ? LONG : settling.settle().plus(LONG));
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
      beginSettle(pass);
      if (inForce.settle(somethingElse)) {
        inForce.settled();
        LOG.info("generation {} has settled", inForce.id());
        report.send();
      }
    } catch (ApplyFailure | RuntimeException e) {
      String line = String.valueOf(e.getMessage());
      try {
        rollBack(e, pass);
      } catch (ApplyFailure failed) {
        line = failed.line();
      }
      LOG.warn("{}; generation {} is in force again", line, inForce.id());
      report.unsettled(line);
    }
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
    Pass pass = new Pass(steps, progress);
    try {
      inForce.read();
    } catch (ApplyFailure e) {
      return new Outcome(Kind.FAILED, null, null, e.line(), null);
    }
    Commit commit;
    try {
      commit = fetch(pass);
    } catch (GitFailure e) {
      return fetchFailed(e);
    }
    report.fetched(commit);
    Outcome judged = verdicts.before(commit, forced);
    if (judged != null) {
      if (judged.kind() == Kind.NOT_ADOPTED) {
        report.ended(judged); // also after a restart: somebody has to do something
      }
      report.send();
      return judged;
    }
    report.reconciling(commit);
    Outcome outcome = judge(commit, pass, () -> newer.isThereNewerThan(commit));
    verdicts.record(commit, outcome, pass.end());
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
      refuseRewrite(commit);
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

  private void refuseRewrite(Commit commit) throws GitFailure, Refusal {
    String accepted = history.accepted(source());
    if (accepted != null && !mirror.descends(commit.sha(), accepted)) {
      throw new Refusal(
          "branch "
              + config.source().branch()
              + " was rewritten: "
              + commit.shortSha()
              + " does not descend from the last accepted commit "
              + accepted.substring(0, 7)
              + ": push commits on top of that one",
          null);
    }
  }

  private Spec check(List<SourceFile> files) throws Refusal {
    SpecReader.Reading reading = SpecReader.read(files);
    Spec spec = reading.spec();
    if (spec == null) {
      throw Refusal.of(reading.problems(), files);
    }
    if (!spec.cluster().nodes().containsKey(config.node())) {
      throw new Refusal(
          "the spec has no node "
              + config.node()
              + ", only "
              + String.join(", ", spec.cluster().nodes().keySet())
              + ": add it, or set node in agent.yaml",
          null);
    }
    String conflict = host.conflict(spec.cluster());
    if (conflict != null) {
      throw new Refusal(conflict, null);
    }
    reading.problems().stream()
        .filter(problem -> problem.severity() == Severity.WARNING)
        .forEach(problem -> LOG.warn("{}", ProblemText.format(problem, null, false)));
    return spec;
  }

  private Node self(Spec spec) {
    Node self = spec.cluster().nodes().get(config.node());
    if (self == null) {
      throw new IllegalStateException("checked before");
    }
    return self;
  }

  private void rollBack(Exception cause, Pass pass) throws ApplyFailure, InterruptedException {
    pass.begin("rollback", LONG);
    try {
      inForce.rollBack();
    } catch (ApplyFailure e) {
      throw new ApplyFailure(Fault.HOST, cause.getMessage() + "; " + e.line());
    }
  }

  private Outcome fetchFailed(GitFailure e) {
    if (report.fetchFailed(e.line())) {
      LOG.warn("{}", e.line());
    }
    return new Outcome(Kind.FAILED, null, null, e.line(), null);
  }

  private static String words(Nginx.Way way) {
    return switch (way) {
      case RELOADED -> "1 reload";
      case STARTED -> "nginx started";
      case NOTHING_TO_DO -> "no reload";
    };
  }

  /** After a start: both halves to {@code current}, without Git. Returns the failure, or null. */
  @Nullable String resume(boolean mayStart) throws InterruptedException {
    steps.begin("resume", LONG.plus(LONG));
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

  /** Where the branch stands, if it can be asked. */
  boolean hasMoved(String from) {
    try {
      return !mirror.head().equals(from);
    } catch (GitFailure e) {
      return false; // the next poll says so
    }
  }

  private String source() {
    return mirror.shownUrl() + " " + config.source().branch();
  }
}
