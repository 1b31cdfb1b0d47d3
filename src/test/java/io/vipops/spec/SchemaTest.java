package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.vipops.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Our schemas are schemas, document every key, and we read them as a general validator does. */
class SchemaTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final Map<String, Schema> GENERAL = new HashMap<>();

  private static Schema general(String name) {
    return GENERAL.computeIfAbsent(
        name,
        key ->
            REGISTRY.getSchema(
                SchemaLocation.of("urn:vipops:schema:" + key + ":1"),
                MAPPER.readTree(Schemas.bytes(key))));
  }

  private static Yaml.Document yaml(String text) {
    return Yaml.read("a.yaml", text.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode json(Yaml.Document document) throws Exception {
    byte[] bytes = Json.encode(Map.of("root", document.root()));
    return MAPPER.readTree(bytes).get("root");
  }

  /** Rules of ours that the standard's keywords cannot say: text is looked at by code. */
  private static List<String> ours(String name, Yaml.Document document) throws Exception {
    List<Problem> problems = new ArrayList<>();
    new SchemaCheck(Schemas.read(name), problems).check(document.node());
    return problems.stream().map(Problem::rule).filter(r -> !r.equals("not-supported")).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cluster", "agent"})
  void itIsAValidSchema(String name) {
    Schema meta =
        REGISTRY.getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
    assertThat(meta.validate(MAPPER.readTree(Schemas.bytes(name)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cluster", "agent"})
  void everyKeyHasADescriptionAndAnExample(String name) throws Exception {
    List<String> bare = new ArrayList<>();
    keys(Schemas.read(name), "", bare);
    assertThat(bare).isEmpty();
  }

  private static void keys(Object schema, String at, List<String> bare) {
    if (schema instanceof Map<?, ?> map) {
      if (map.get("properties") instanceof Map<?, ?> properties) {
        properties.forEach(
            (key, value) -> {
              Map<?, ?> rules = (Map<?, ?>) value;
              if (!rules.containsKey("description") || !rules.containsKey("examples")) {
                bare.add(at + "/" + key);
              }
            });
      }
      map.forEach((key, value) -> keys(value, at + "/" + key, bare));
    }
  }

  static Stream<SpecReaderTest.Edit> edits() {
    return Stream.of(
            SpecReaderTest.errors(), SpecReaderTest.warnings(), SpecReaderTest.nearMisses())
        .flatMap(edits -> edits);
  }

  /**
   * Where they differ on purpose: a number is taken as text, null as nothing, some texts are judged
   * by code, and 1.0 is no whole number.
   */
  @ParameterizedTest
  @MethodSource("edits")
  void aGeneralValidatorSaysTheSame(SpecReaderTest.Edit edit) throws Exception {
    Yaml.Document document = yaml(edit.text());
    if (!document.problems().isEmpty()
        || edit.change().endsWith("cluster: 12")
        || edit.change().endsWith("ion:")) {
      return;
    }
    boolean bad = !general("cluster").validate(json(document)).isEmpty();
    List<String> ours = ours("cluster", document);
    if (ours.isEmpty()) {
      assertThat(bad).as("the general validator alone refuses it").isFalse();
    } else if (!ours.contains("bad-address") && !edit.change().contains("label")) {
      assertThat(bad).as("we alone refuse it").isTrue();
    }
  }

  @Test
  void theAgentsReaderKnowsTheSchemasKeys() throws Exception {
    assertThat(places(AgentConfigReaderTest.problems(AgentConfigReaderTest.FULL)))
        .isEqualTo(places(schemaProblems(AgentConfigReaderTest.FULL)));
    assertThat(general("agent").validate(json(yaml(AgentConfigReaderTest.FULL)))).isEmpty();
    for (String key : keysOf(Schemas.read("agent"))) {
      assertThat(AgentConfigReaderTest.FULL).contains(key + ":");
      String typo = AgentConfigReaderTest.FULL.replaceFirst("\\b" + key + ":(?=\\s)", key + "_x:");
      assertThat(places(AgentConfigReaderTest.problems(typo)).toString()).contains("unknown-key");
      assertThat(places(schemaProblems(typo)).toString()).contains("unknown-key");
    }
  }

  @Test
  void theAgentsDefaultsAreTheSchemas() throws Exception {
    AgentConfig smallest = agent(AgentConfigReaderTest.SMALLEST);
    StringBuilder spelled = new StringBuilder();
    Map<?, ?> properties = (Map<?, ?>) Schemas.read("agent").get("properties");
    defaults(properties, "", spelled);
    String source =
        AgentConfigReaderTest.SMALLEST.replace(
            "}", ", branch: main, path: cluster.yaml, poll: 15s, timeout: 30s}");
    assertThat(spelled.toString()).contains("branch: main", "poll: 15s").contains("format: text");
    String rest = spelled.toString().replaceFirst("(?s)source:\n( .*\n)+?(?=\\w)", "");
    assertThat(agent(source + rest)).isEqualTo(smallest);
  }

  private static void defaults(Map<?, ?> properties, String indent, StringBuilder to) {
    properties.forEach(
        (key, value) -> {
          Map<?, ?> rules = (Map<?, ?>) value;
          if (rules.containsKey("x-not-supported")) {
            return;
          }
          if (rules.get("properties") instanceof Map<?, ?> inner) {
            to.append(indent).append(key).append(":\n");
            defaults(inner, indent + "  ", to);
          } else if (rules.containsKey("default")) {
            to.append(indent).append(key).append(": ").append(rules.get("default")).append('\n');
          }
        });
  }

  private static AgentConfig agent(String text) {
    AgentConfigReader.Reading reading =
        AgentConfigReader.read("agent.yaml", text.getBytes(StandardCharsets.UTF_8), "lb01");
    assertThat(reading.problems()).isEmpty();
    return reading.config();
  }

  private static List<Problem> schemaProblems(String text) throws Exception {
    List<Problem> problems = new ArrayList<>();
    new SchemaCheck(Schemas.read("agent"), problems).check(yaml(text).node());
    return problems;
  }

  private static TreeSet<String> places(List<Problem> problems) {
    TreeSet<String> places = new TreeSet<>();
    for (Problem problem : problems) {
      places.add(problem.position().line() + ":" + problem.position().column() + problem.rule());
    }
    return places;
  }

  /** The keys that a reader must look into: not those inside of what is not supported. */
  private static List<String> keysOf(Map<?, ?> schema) {
    List<String> keys = new ArrayList<>();
    ((Map<?, ?>) schema.get("properties"))
        .forEach(
            (key, value) -> {
              keys.add((String) key);
              Map<?, ?> rules = (Map<?, ?>) value;
              if (rules.containsKey("properties") && !rules.containsKey("x-not-supported")) {
                keys.addAll(keysOf(rules));
              }
            });
    return keys;
  }
}
