package io.vipops.agent;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Generations;
import io.vipops.apply.Recovery;
import io.vipops.apply.Settling;
import io.vipops.render.Renderer;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which generation an agent comes up with: the one in force if it is whole to the byte, else the
 * newest that is. {@code current} then leads to it, so that nginx's half, which the worker sees to,
 * is of the same generation.
 */
final class Boot {
  private static final Logger LOG = LoggerFactory.getLogger("agent");

  private final AgentConfig config;

  Boot(AgentConfig config) {
    this.config = config;
  }

  /**
   * What was chosen, and why.
   *
   * @param generation its id; null: there is none that may be loaded
   * @param vrrpFile its VRRP half; null: as above
   * @param mended whether {@code current} led to another, or to none that may be loaded
   */
  record Choice(
      @Nullable String generation, @Nullable Path vrrpFile, String line, boolean mended) {}

  /** Looks and mends; only for the holder of the {@link AgentLock}. */
  Choice choose(Supplier<List<String>> proven) {
    try {
      Recovery.Result found = new Recovery(config.nginx(), config.stateDir()).run(proven.get());
      if (found.mended()) {
        LOG.warn("{}", found.line());
      } else {
        LOG.info("{}", found.line());
      }
      String id = found.generation();
      return new Choice(id, id == null ? null : vrrpFile(id), found.line(), found.mended());
    } catch (IOException e) {
      String line = "what is in force cannot be made whole: " + e;
      LOG.error("{}", line);
      String id = whole();
      return new Choice(id, id == null ? null : vrrpFile(id), line, true);
    }
  }

  /** What {@code current} leads to, and nginx starts with, if it is whole. */
  private @Nullable String whole() {
    Generations generations = new Generations(config.stateDir());
    try {
      String id = generations.current().orElse(null);
      if (id != null) {
        Settling unused = generations.load(id);
      }
      return id;
    } catch (IOException | ApplyFailure e) {
      LOG.error("nor is it whole as it is: {}", e.getMessage());
      return null;
    }
  }

  private Path vrrpFile(String generation) {
    return config.stateDir().resolve("generations").resolve(generation).resolve(Renderer.VRRP_YAML);
  }
}
