package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.render.Generation;
import io.vipops.render.Renderer;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.Position;
import io.vipops.spec.SpecReader.SourceFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RefusalTest {
  private static final Rendering RENDERING =
      new Rendering(
          new Generation("0123456789ab", new TreeMap<>()),
          new TreeMap<>(
              Map.of(
                  Renderer.NGINX_CONF,
                  List.of(new Position("", 0, 0), new Position("cluster.yaml", 2, 3)))));
  private static final List<SourceFile> FILES =
      List.of(new SourceFile("cluster.yaml", "a:\n  b: x\n".getBytes(StandardCharsets.UTF_8)));

  private static ApplyFailure refusedAt(int line) {
    return new ApplyFailure(
        Fault.COMMIT,
        "nginx -t: invalid value \"x\" in /s/generations/0123456789ab/nginx/nginx.conf:" + line);
  }

  @Test
  void aLineThatNginxNamesIsShownAsTheLineOfTheSpecThatSaysIt() {
    Refusal refusal = Refusal.of(refusedAt(2), RENDERING, FILES);
    assertThat(refusal.line())
        .isEqualTo("cluster.yaml:2:3: error [nginx-test] nginx -t: invalid value \"x\"");
    assertThat(refusal.problems()).endsWith("\n    b: x\n    ^");
  }

  @Test
  void aRefusalKeepsNoPassword() {
    byte[] spec = "a:\n  password: s3cr3tXY\n".getBytes(StandardCharsets.UTF_8);
    Refusal refusal =
        Refusal.of(refusedAt(2), RENDERING, List.of(new SourceFile("cluster.yaml", spec)));
    assertThat(refusal.problems()).endsWith("\n    password: ********\n    ^");
  }

  @Test
  void aVariableThatNginxDoesNotKnowIsFoundWhereItIsUsed() {
    byte[] conf = "http {\n  hash $nosuch consistent;\n}\n".getBytes(StandardCharsets.UTF_8);
    Rendering rendering =
        new Rendering(
            new Generation("0123456789ab", new TreeMap<>(Map.of(Renderer.NGINX_CONF, conf))),
            RENDERING.lines());
    ApplyFailure unknown = new ApplyFailure(Fault.COMMIT, "nginx -t: unknown \"nosuch\" variable");
    Refusal refusal = Refusal.of(unknown, rendering, FILES);
    assertThat(refusal).isNotNull();
    assertThat(refusal.line())
        .isEqualTo("cluster.yaml:2:3: error [nginx-test] nginx -t: unknown \"nosuch\" variable");
  }

  @Test
  void aLineThatTheSpecDoesNotSayIsLeftAsNginxSaidIt() {
    assertThat(Refusal.of(refusedAt(1), RENDERING, FILES)).isNull();
    assertThat(Refusal.of(refusedAt(99), RENDERING, FILES)).isNull();
    assertThat(Refusal.of(new ApplyFailure(Fault.COMMIT, "nginx -t: no"), RENDERING, FILES))
        .isNull();
  }
}
