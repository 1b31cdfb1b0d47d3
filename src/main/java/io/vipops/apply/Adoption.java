package io.vipops.apply;

import io.vipops.probe.ProcessProbe;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.Probe;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The operator's word that nginx's configuration file is vipops' to replace, and its taking back.
 * Each step may be the last one of a run that is killed: another run goes on from there.
 */
public final class Adoption {
  private static final Duration PROOF_LIMIT = Duration.ofSeconds(10);

  private final AgentConfig.Nginx config;
  private final Path current;
  private final NginxLink link;
  private final NginxProcess process;
  private final Nginx nginx;
  private final Generations generations;
  private final Journal journal;

  /**
   * @param dryRun whether to say what would be done, and do nothing
   * @param say gets a line for each thing that is done
   * @param warn gets a line for what the operator should know before
   */
  public record Manner(boolean dryRun, Consumer<String> say, Consumer<String> warn) {}

  /** Something to do, on files or processes. */
  private interface Step {
    void take() throws IOException, ApplyFailure, InterruptedException;
  }

  /**
   * @param stateDir the agent's, which holds {@code current}
   */
  public Adoption(AgentConfig.Nginx config, Path stateDir) {
    this.config = config;
    this.current = stateDir.resolve("current/nginx/nginx.conf");
    this.link = new NginxLink(config.config(), current);
    this.process = new NginxProcess(config);
    this.nginx = new Nginx(config, current, config.logDir().resolve("error.log"), PROOF_LIMIT);
    this.generations = new Generations(stateDir);
    this.journal = new Journal(stateDir);
  }

  /**
   * Says what nginx is and does on this host, and keeps its configuration file as the original.
   * nginx goes on with it until the first apply.
   *
   * @return whether anything changed, or would change
   * @throws ApplyFailure if it cannot be done, or nginx is not as agent.yaml describes it
   */
  public boolean adopt(Manner manner) throws ApplyFailure, InterruptedException {
    NginxLink.State state = state();
    switch (state) {
      case LINKED -> {
        manner.say.accept(config.config() + " is already adopted: it is vipops' link");
        return false;
      }
      case ADOPTED -> {
        manner.say.accept(
            config.config() + " is already adopted: it becomes vipops' link with the next apply");
        return false;
      }
      case MISSING -> {
        manner.say.accept(
            config.config() + " does not exist: nothing to adopt, the first apply makes it");
        return false;
      }
      case FOREIGN -> {}
    }
    requireWritable();
    NginxSurvey survey = NginxSurvey.of(config, config.config());
    manner.say.accept(survey.line());
    if (survey.obstacle() != null) {
      throw new ApplyFailure(Fault.HOST, survey.obstacle());
    }
    if (survey.refusal() != null) {
      manner.warn.accept(
          "nginx -t does not accept "
              + config.config()
              + " as it is: "
              + survey.refusal()
              + "; unadopt would put it back like that");
    }
    if (ProcessProbe.run(new Probe.Process("keepalived")).ok()) {
      manner.warn.accept(
          "keepalived runs on this host: two VRRP speakers with one virtual router fight; stop and"
              + " disable it before vipops takes its addresses over");
    }
    step(
        manner,
        config.config()
            + " is vipops' to replace from now on; the original stays as "
            + link.original(),
        link::adopt);
    return true;
  }

  /**
   * Puts the original configuration back and makes nginx run it; nothing of vipops' is in force
   * afterwards.
   *
   * @param force also when {@code nginx -t} refuses the original, or somebody else's file took our
   *     link's place meanwhile
   * @return whether anything changed, or would change
   * @throws ApplyFailure if it cannot be done; what was done stays done
   */
  public boolean unadopt(boolean force, Manner manner) throws ApplyFailure, InterruptedException {
    NginxLink.State state = state();
    boolean hasOriginal = link.hasOriginal();
    boolean ours = state == NginxLink.State.LINKED || hasOriginal;
    boolean hasFile = hasOriginal || state == NginxLink.State.FOREIGN;
    boolean runsOurs = mayRunOurs(state, hasFile);
    if (!ours && !runsOurs && currentId().isEmpty()) {
      manner.say.accept(config.config() + " is not adopted: nothing to do");
      return false;
    }
    requireWritable();
    if (hasOriginal && !force) {
      requireUntouched(state);
      requireAccepted();
    }
    if (ours) {
      step(
          manner,
          hasOriginal
              ? config.config() + " is the original again"
              : config.config() + " is removed: there was none before vipops",
          link::unadopt);
    }
    if (!currentId().isEmpty()) {
      step(manner, "no generation is in force any more", () -> generations.switchTo(null));
    }
    if (runsOurs) {
      leaveOurConfiguration(hasFile, manner);
    }
    if (!manner.dryRun) {
      removeTraces();
    }
    return true;
  }

  /**
   * Whether a running nginx is to be told. A busy one may miss a question, so where something was
   * applied its answer is not waited for; the journal is what a run that died leaves last.
   */
  private boolean mayRunOurs(NginxLink.State state, boolean hasFile) throws ApplyFailure {
    if (!nginx.isRunning()) {
      return false;
    }
    return state == NginxLink.State.LINKED
        || !currentId().isEmpty()
        || (hasFile && journal.exists())
        || nginx.answer().id() != null;
  }

  private void requireUntouched(NginxLink.State state) throws ApplyFailure {
    try {
      if (state == NginxLink.State.ADOPTED && !link.isOriginal()) {
        throw new ApplyFailure(
            Fault.HOST,
            config.config()
                + " was changed by somebody else after adoption: --force puts the original back and"
                + " keeps that file as "
                + link.replaced());
      }
    } catch (IOException e) {
      throw failure("cannot compare " + config.config() + " with " + link.original(), e);
    }
  }

  private void requireAccepted() throws ApplyFailure, InterruptedException {
    String refusal = NginxSurvey.of(config, link.original()).refusal();
    if (refusal != null) {
      throw new ApplyFailure(
          Fault.HOST,
          "nginx -t does not accept the original "
              + link.original()
              + ": "
              + refusal
              + "; mend it, or put it back as it is with --force");
    }
  }

  /**
   * nginx still runs what we rendered: it reads its own file again, or has none to run. One that
   * ended meanwhile has nothing to leave.
   */
  private void leaveOurConfiguration(boolean hasFile, Manner manner)
      throws ApplyFailure, InterruptedException {
    OptionalLong running = process.master().pid();
    if (running.isEmpty()) {
      return;
    }
    long master = running.getAsLong();
    if (!hasFile) {
      step(
          manner,
          "nginx (master " + master + ") ran only what vipops gave it: stopped",
          process::stop);
      return;
    }
    step(
        manner,
        "nginx (master " + master + ") has read the original",
        () -> {
          process.hangUp(master);
          if (!nginx.awaitSilence()) {
            throw new ApplyFailure(
                Fault.HOST,
                "nginx (master "
                    + master
                    + ") did not take the original in "
                    + PROOF_LIMIT.toSeconds()
                    + " s: see its error log, then run vipops unadopt again");
          }
        });
  }

  private void removeTraces() throws ApplyFailure {
    try {
      link.forget();
      journal.clear();
      if (!nginx.isRunning() && Files.exists(config.pid()) && Files.size(config.pid()) == 0) {
        Files.delete(config.pid()); // of some nginx -t
      }
    } catch (IOException e) {
      throw failure("cannot remove the journal or " + config.pid(), e);
    }
  }

  /** Says it when it is done; before, when it would be. */
  private static void step(Manner manner, String line, Step step)
      throws ApplyFailure, InterruptedException {
    if (manner.dryRun) {
      manner.say.accept("would be: " + line);
      return;
    }
    try {
      step.take();
    } catch (IOException e) {
      throw failure("not done: " + line, e);
    }
    manner.say.accept(line);
  }

  private NginxLink.State state() throws ApplyFailure {
    try {
      return link.state();
    } catch (IOException e) {
      throw failure("cannot look at " + config.config(), e);
    }
  }

  private String currentId() throws ApplyFailure {
    try {
      return generations.current().orElse("");
    } catch (IOException e) {
      throw failure("cannot look at " + current, e);
    }
  }

  private void requireWritable() throws ApplyFailure {
    Path folder = config.config().toAbsolutePath().getParent();
    if (folder != null && Files.isDirectory(folder) && !Files.isWritable(folder)) {
      throw new ApplyFailure(
          Fault.HOST, "permission denied: " + folder + " cannot be written; run this as root");
    }
  }

  private static ApplyFailure failure(String what, IOException cause) {
    return cause instanceof AccessDeniedException
        ? new ApplyFailure(what + ": permission denied: run this as root", cause)
        : new ApplyFailure(what + ": " + cause, cause);
  }
}
