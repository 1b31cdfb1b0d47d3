package io.vipops.render;

import static io.vipops.render.Clusters.proxy;
import static io.vipops.render.Clusters.route;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Route.PathMatch;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static final Renderer.Rendering RENDERING =
      Renderer.render(
          Clusters.withRoutes(route(List.of(), proxy(PathMatch.ALL))), "lb01", Host.DEFAULT);
  private static final Manifest MANIFEST = Manifest.of(RENDERING, "c0ffee", "0.1.0");

  @Test
  void readsBackWhatItWrote() {
    assertThat(Manifest.decode(MANIFEST.encode())).contains(MANIFEST);
  }

  @Test
  void isEmptyForAnythingElse() {
    byte[] whole = MANIFEST.encode();
    for (int length = 0; length < whole.length; length++) {
      assertThat(Manifest.decode(java.util.Arrays.copyOf(whole, length))).isEmpty();
    }
    for (int at = 0; at < whole.length; at++) {
      byte[] other = whole.clone();
      other[at] ^= 1;
      assertThat(Manifest.decode(other)).as("byte %d", at).isEmpty();
    }
    assertThat(Manifest.decode("{\"generation\": 7}".getBytes(UTF_8))).isEmpty();
  }

  @Test
  void namesTheFilesThatAreNotAsRendered() {
    TreeMap<String, byte[]> files = new TreeMap<>(RENDERING.generation().files());
    assertThat(MANIFEST.differences(Manifest.hashes(files))).isEmpty();

    files.put("nginx/nginx.conf", new byte[0]);
    files.remove("vrrp.yaml");
    files.put("more", new byte[0]);
    assertThat(MANIFEST.differences(Manifest.hashes(files)))
        .containsExactly("more", "nginx/nginx.conf", "vrrp.yaml");
  }

  @Test
  void saysWhichLinesOfTheSpecTheRenderedLinesComeFrom() {
    List<String> lines =
        new String(RENDERING.generation().files().get("nginx/nginx.conf"), UTF_8).lines().toList();
    int first = 1 + lines.indexOf("    upstream up-backend {");
    int last = 1 + lines.indexOf("        server 10.1.0.2:8080;") + 1;

    // Clusters knows the position of /upstreams alone.
    assertThat(MANIFEST.lines().get("nginx/nginx.conf"))
        .contains(new Manifest.Span(first, last, "cluster.yaml:7"));
  }

  @Test
  void commitAndVersionDoNotChangeTheId() {
    assertThat(Manifest.of(RENDERING, "beef", "9").generation()).isEqualTo(MANIFEST.generation());
  }
}
