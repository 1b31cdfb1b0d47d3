package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Generations;
import io.vipops.apply.Recovery;
import io.vipops.apply.Settling;
import io.vipops.apply.StorageException;
import io.vipops.git.GitFailure;
import io.vipops.git.Mirror;
import io.vipops.render.Host;
import io.vipops.render.Manifest;
import io.vipops.render.Renderer;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.Spec;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a damaged generation: without network, from what is on this host. */
final class Restoration {
  private static final Logger LOG = LoggerFactory.getLogger(Restoration.class);

  private final AgentConfig config;
  private final Host host;
  private final String version;
  private final Mirror mirror;
  private final Generations generations;
  private final Inspection inspection;
  private final History history;
  private final Consumer<String> events;

  Restoration(
      AgentConfig config, String version, Mirror mirror, History history, Consumer<String> events) {
    this.config = config;
    this.host = Reconciler.hostOf(config);
    this.version = version;
    this.mirror = mirror;
    this.generations = new Generations(config.stateDir());
    this.inspection = new Inspection(config.node(), host);
    this.history = history;
    this.events = events;
  }

  /**
   * Puts a damaged generation right, or has the newest whole one take its place.
   *
   * @param sha what it was rendered from; empty: nobody knows
   * @param damage what is wrong with it
   * @throws ApplyFailure of the host, if there is no whole one
   */
  void mend(String id, String sha, String damage) throws ApplyFailure {
    try {
      tell(damage + "; " + restore(id, sha));
      return;
    } catch (ApplyFailure | IOException e) {
      LOG.warn("{}; cannot be restored: {}", damage, e.getMessage());
    }
    try {
      Recovery.Result found = new Recovery(config.nginx(), config.stateDir()).run(history.proven());
      if (found.generation() == null) {
        throw new ApplyFailure(Fault.HOST, found.line());
      }
      tell(found.line());
    } catch (IOException e) {
      throw new ApplyFailure(
          Fault.HOST, damage + ": " + StorageException.line(config.stateDir(), e));
    }
  }

  private void tell(String line) {
    LOG.warn("{}", line);
    events.accept(line);
  }

  /**
   * Renders a generation once more, from the copy of the branch, and puts its files right.
   *
   * @return what was done
   * @throws ApplyFailure if its commit is not there any more, or renders to another one now
   */
  String restore(String id, String sha) throws ApplyFailure, IOException {
    try {
      if (sha.isEmpty() || !mirror.has(sha)) {
        String what = sha.isEmpty() ? "its commit is not known" : "commit " + sha + " is not here";
        throw new ApplyFailure(Fault.HOST, what + ": push a commit");
      }
      Spec spec = inspection.of(mirror.read(mirror.fetch(sha), config.source().path()));
      Rendering rendering = Renderer.render(spec, config.node(), host);
      if (!rendering.generation().id().equals(id)) {
        throw new ApplyFailure(
            Fault.HOST,
            "commit "
                + sha
                + " renders to "
                + rendering.generation().id()
                + " by now: push a commit");
      }
      String unused =
          generations.repair(
              rendering.generation(),
              Manifest.of(rendering, sha, version),
              Settling.of(spec.cluster()));
      return "rendered again from commit " + sha.substring(0, Math.min(7, sha.length()));
    } catch (GitFailure e) {
      throw new ApplyFailure(Fault.HOST, e.line());
    } catch (Refusal e) {
      throw new ApplyFailure(Fault.HOST, e.line());
    }
  }
}
