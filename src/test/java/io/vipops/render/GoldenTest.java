package io.vipops.render;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.json.Json;
import io.vipops.spec.Spec;
import io.vipops.spec.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each cluster.yaml under {@code golden/} is rendered to, for each of its nodes. {@code
 * -Dgolden.update=true} writes the files anew; review the difference like code.
 */
class GoldenTest {
  private static final boolean UPDATE = Boolean.getBoolean("golden.update");

  static List<GoldenCase> cases() throws IOException {
    return GoldenCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rendersAsWrittenDown(GoldenCase golden) throws Exception {
    Spec spec = golden.spec();
    for (String node : spec.cluster().nodes().keySet()) {
      Path folder = golden.folder().resolve(node);
      SortedMap<String, String> rendered = texts(Renderer.render(spec, node, Host.DEFAULT));
      for (Map.Entry<String, String> file : rendered.entrySet()) {
        Path expected = folder.resolve(file.getKey());
        if (UPDATE) {
          Files.createDirectories(expected.getParent());
          Files.writeString(expected, file.getValue());
        }
        assertThat(file.getValue()).as(expected.toString()).isEqualTo(Files.readString(expected));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theOrderOfKeysAndTheLayoutChangeNoByte(GoldenCase golden) throws Exception {
    Object root = Yaml.read("cluster.yaml", golden.yaml()).root();
    Spec spec = golden.spec();
    Spec turned = GoldenCase.read(Json.encode(asMap(turnedRound(root))));
    for (String node : spec.cluster().nodes().keySet()) {
      Generation one = Renderer.render(spec, node, Host.DEFAULT).generation();
      Generation two = Renderer.render(turned, node, Host.DEFAULT).generation();
      assertThat(two.id()).isEqualTo(one.id());
      one.files().forEach((path, bytes) -> assertThat(two.files().get(path)).isEqualTo(bytes));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theAgentReadsBackWhatWasRendered(GoldenCase golden) throws Exception {
    Spec spec = golden.spec();
    for (String node : spec.cluster().nodes().keySet()) {
      VrrpFile file = VrrpFile.of(spec.cluster(), node);
      VrrpYaml.Reading reading = VrrpYaml.decode("vrrp.yaml", VrrpYaml.encode(file));
      assertThat(reading.problems()).isEmpty();
      assertThat(reading.file()).isEqualTo(file);
    }
  }

  /** The files, and the line map as {@code rendered lines, source}. */
  private static SortedMap<String, String> texts(Renderer.Rendering rendering) {
    SortedMap<String, String> texts = new TreeMap<>();
    rendering.generation().files().forEach((path, b) -> texts.put(path, new String(b, UTF_8)));
    StringBuilder lines = new StringBuilder();
    Manifest.of(rendering, "", "")
        .lines()
        .forEach(
            (file, spans) ->
                spans.forEach(
                    span ->
                        lines.append(
                            file
                                + ":"
                                + span.from()
                                + "-"
                                + span.to()
                                + " "
                                + span.source()
                                + "\n")));
    texts.put("lines.txt", lines.toString());
    return texts;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> asMap(Object root) {
    return (Map<String, ?>) root;
  }

  private static Object turnedRound(Object value) {
    if (value instanceof Map<?, ?> map) {
      List<Object> keys = new ArrayList<>(map.keySet());
      Collections.reverse(keys);
      Map<String, Object> turned = new LinkedHashMap<>();
      keys.forEach(key -> turned.put((String) key, turnedRound(map.get(key))));
      return turned;
    }
    return value instanceof List<?> list
        ? list.stream().map(GoldenTest::turnedRound).toList()
        : value;
  }
}
