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
import java.util.Set;
import java.util.TreeSet;
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

  /** Whether a general validator takes this YAML. */
  static boolean isValid(String name, String text) throws Exception {
    return general(name).validate(json(yaml(text))).isEmpty();
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
  @ValueSource(strings = {"cluster", "agent", "vrrp"})
  void itIsAValidSchema(String name) {
    Schema meta =
        REGISTRY.getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
    assertThat(meta.validate(MAPPER.readTree(Schemas.bytes(name)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cluster", "agent", "vrrp"})
  void everyKeyHasADescriptionADefaultAndAnExample(String name) throws Exception {
    List<String> bare = new ArrayList<>();
    keys(Schemas.read(name), "", bare);
    assertThat(bare).isEmpty();
  }

  private static void keys(Object schema, String at, List<String> bare) {
    if (schema instanceof Map<?, ?> map) {
      List<?> required = map.get("required") instanceof List<?> list ? list : List.of();
      if (map.get("properties") instanceof Map<?, ?> properties) {
        properties.forEach(
            (key, value) -> {
              Map<?, ?> rules = (Map<?, ?>) value;
              String description = String.valueOf(rules.get("description"));
              boolean settled =
                  required.contains(key)
                      || rules.containsKey("default")
                      || description.contains("Default: ");
              if (!description.endsWith(".") || !settled || !rules.containsKey("examples")) {
                bare.add(at + "/" + key);
              }
            });
      }
      map.forEach((key, value) -> keys(value, at + "/" + key, bare));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cluster", "agent", "vrrp"})
  void everyExampleAndDefaultIsValid(String name) throws Exception {
    Map<String, ?> root = Schemas.read(name);
    List<String> wrong = new ArrayList<>();
    examples(root, root, "#", wrong);
    assertThat(wrong).isEmpty();
  }

  private static void examples(Map<String, ?> root, Object schema, String at, List<String> wrong) {
    if (!(schema instanceof Map<?, ?> map)) {
      return;
    }
    if (map.get("properties") instanceof Map<?, ?> properties) {
      properties.forEach(
          (key, value) -> {
            Map<?, ?> rules = (Map<?, ?>) value;
            List<Object> values = new ArrayList<>((List<?>) rules.get("examples"));
            if (rules.containsKey("default")) {
              values.add(rules.get("default"));
            }
            String place = at + "/properties/" + key;
            for (Object one : values) {
              if (!isValid(root, rules, one)) {
                wrong.add(place + ": " + one);
              }
            }
          });
    }
    map.forEach((key, value) -> examples(root, value, at + "/" + key, wrong));
  }

  private static boolean isValid(Map<String, ?> root, Map<?, ?> rules, Object value) {
    Map<String, Object> schema = new HashMap<>();
    rules.forEach((key, rule) -> schema.put((String) key, rule));
    schema.put("$defs", root.get("$defs"));
    JsonNode node = MAPPER.readTree(Json.encode(Map.of("value", value))).get("value");
    return REGISTRY.getSchema(MAPPER.readTree(Json.encode(schema))).validate(node).isEmpty();
  }

  static List<Corpus.Case> singleFiles() {
    return Corpus.fromFiles().stream().filter(it -> it.files().size() == 1).toList();
  }

  /** What is a rule of ours alone: a text or a duration is looked at by code. */
  private static final Set<String> NOT_THE_STANDARDS = Set.of("bad-address", "out-of-range");

  /**
   * Where they differ on purpose: a number is taken as text, null as nothing, some texts and ranges
   * are judged by code, and 1.0 is no whole number.
   */
  @ParameterizedTest
  @MethodSource("singleFiles")
  void aGeneralValidatorSaysTheSame(Corpus.Case one) throws Exception {
    Yaml.Document document = yaml(one.text());
    if (!document.problems().isEmpty() || TAKEN_AS_WRITTEN.contains(one.toString())) {
      return;
    }
    boolean bad = !general("cluster").validate(json(document)).isEmpty();
    List<String> ours = ours("cluster", document);
    if (ours.isEmpty()) {
      assertThat(bad).as("the general validator alone refuses it").isFalse();
    } else if (!NOT_THE_STANDARDS.containsAll(ours)) {
      assertThat(bad).as("we alone refuse it").isTrue();
    }
  }

  private static final Set<String> TAKEN_AS_WRITTEN =
      Set.of(
          "wrong-type/ok-number-as-text",
          "missing-key/version-null",
          "missing-key/ok-null-is-nothing",
          "not-supported/ok-null",
          "inline-secret/digits",
          "nginx-version/status-308");

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
