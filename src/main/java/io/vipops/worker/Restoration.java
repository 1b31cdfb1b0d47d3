package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Generations;
import io.vipops.apply.Settling;
import io.vipops.git.GitFailure;
import io.vipops.git.Mirror;
import io.vipops.render.Host;
import io.vipops.render.Manifest;
import io.vipops.render.Renderer;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.Spec;
import java.io.IOException;

/**
 * Renders a generation that is in force once more, from the copy of the branch: without network.
 */
final class Restoration {
  private final AgentConfig config;
  private final Host host;
  private final String version;
  private final Mirror mirror;
  private final Generations generations;
  private final Inspection inspection;

  Restoration(AgentConfig config, String version, Mirror mirror) {
    this.config = config;
    this.host = Reconciler.hostOf(config);
    this.version = version;
    this.mirror = mirror;
    this.generations = new Generations(config.stateDir());
    this.inspection = new Inspection(config.node(), host);
  }

  /**
   * Puts a generation's files right.
   *
   * @return what was done
   * @throws ApplyFailure if its commit is not there any more, or renders to another one now
   */
  String restore(String id, String sha) throws ApplyFailure, IOException {
    try {
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
