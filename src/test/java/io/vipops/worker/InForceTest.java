package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Generations;
import io.vipops.apply.Journal;
import io.vipops.apply.Journal.Entry;
import io.vipops.apply.Journal.Phase;
import io.vipops.apply.Nginx;
import io.vipops.apply.Settling;
import io.vipops.git.Mirror;
import io.vipops.render.Generation;
import io.vipops.render.Manifest;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state folder of a node on its way back, without nginx. */
class InForceTest {
  private static final String OLD = "00000000000a";
  private static final String NEW = "00000000000b";

  @TempDir private Path dir;
  private final List<String> vrrpCalls = new ArrayList<>();
  private AgentConfig config;
  private Generations generations;
  private Journal journal;
  private final List<String> events = new ArrayList<>();
  private History history;
  private InForce inForce;

  @BeforeEach
  void create() throws Exception {
    config =
        new AgentConfig(
            "lb01",
            new AgentConfig.Source(
                "file:///nowhere",
                "main",
                ".",
                Duration.ofHours(1),
                Duration.ofSeconds(1),
                null,
                null,
                null),
            dir.resolve("state"),
            dir.resolve("run"),
            new AgentConfig.Nginx(
                Path.of("/usr/sbin/nginx"),
                dir.resolve("nginx.conf"),
                dir.resolve("nginx.pid"),
                "",
                new InetSocketAddress("127.0.0.1", 1),
                dir,
                "www-data"),
            new InetSocketAddress("127.0.0.1", 0),
            null,
            null,
            AgentConfig.EngineRun.DEFAULT,
            AgentConfig.Drift.REPAIR,
            AgentConfig.LogFormat.TEXT);
    generations = new Generations(config.stateDir());
    journal = new Journal(config.stateDir());
    Nginx nginx =
        new Nginx(
            config.nginx(),
            config.stateDir().resolve("current/nginx/nginx.conf"),
            dir.resolve("error.log"),
            Duration.ofMillis(100));
    history = History.open(config.stateDir());
    Mirror mirror = Mirror.open(config.stateDir().resolve("repo"), config.source());
    inForce =
        new InForce(
            config,
            nginx,
            new NotedVrrp(),
            new Restoration(config, "test", mirror, history, events::add));
    stage(OLD);
    stage(NEW);
  }

  private void stage(String id) throws IOException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    files.put("nginx/nginx.conf", id.getBytes(StandardCharsets.UTF_8));
    Rendering rendering = new Rendering(new Generation(id, files), new TreeMap<>());
    generations.stage(
        rendering.generation(),
        Manifest.of(rendering, "c" + id, "test"),
        new Settling("web", List.of(), Duration.ZERO, List.of()));
  }

  private final class NotedVrrp implements Vrrp {
    @Override
    public void check(Path file) {
      vrrpCalls.add("check " + file);
    }

    @Override
    public void apply(Path file) {
      vrrpCalls.add("apply " + file);
    }

    @Override
    public void nginxProven(String generation) {
      vrrpCalls.add("proven " + generation);
    }
  }

  @Test
  void theWayBackDoesNotBeginWhereNginxsConfigurationIsSomebodyElses() throws Exception {
    journal.write(new Entry(OLD, NEW, Phase.ROLLBACK, "sha"));
    generations.switchTo(NEW);
    Files.writeString(dir.resolve("nginx.conf"), "# by hand\n");
    assertThat(catchThrowableOfType(ApplyFailure.class, () -> inForce.resume(true)).fault())
        .isEqualTo(Fault.NOT_ADOPTED);
    assertThat(generations.current()).hasValue(NEW);
    assertThat(journal.read()).hasValue(new Entry(OLD, NEW, Phase.ROLLBACK, "sha"));
    assertThat(vrrpCalls).isEmpty();
  }
}
