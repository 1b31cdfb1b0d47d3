package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A spec with every key of the schema: each is known, and is done or said to be still to come. */
class EveryKeyTest {
  private static final String NAME = "every-key.yaml";

  /** Said where the value stands: the key itself is supported, with another value. */
  private static final Set<String> SUPPORTED_IN_PART = Set.of("protocol");

  private final Map<?, ?> schema = Schemas.read("cluster");
  private final Set<String> unsupported = new TreeSet<>();
  private final Map<Object, String> known = new IdentityHashMap<>();

  private static SpecReader.SourceFile file() throws Exception {
    byte[] bytes = Files.readAllBytes(Path.of("src/test/resources/contract", NAME));
    return new SpecReader.SourceFile(NAME, bytes);
  }

  private void walkDocument() throws Exception {
    visit(Yaml.read(NAME, file().bytes()).node(), schema, false);
  }

  @Test
  void itHasEveryKey() throws Exception {
    collect(schema, "");
    walkDocument();
    assertThat(known.values()).isEmpty();
  }

  @Test
  void whatIsToComeIsSaidOnceForEachKeyAndNothingElseIsWrong() throws Exception {
    walkDocument();
    Set<String> said = new TreeSet<>();
    List<Problem> problems = SpecReader.read(List.of(file())).problems();
    for (Problem problem : problems) {
      assertThat(problem.rule()).as(problem.toString()).isEqualTo("not-supported");
      Position at = problem.position();
      assertThat(said.add(at.line() + ":" + at.column())).as(problem.toString()).isTrue();
    }
    assertThat(said).containsExactlyInAnyOrderElementsOf(unsupported);
    assertThat(said).hasSizeGreaterThan(40);
  }

  /** Follows the document, and beside it the schema, without the code that is tested. */
  private void visit(YamlNode node, Map<?, ?> given, boolean quiet) {
    Map<?, ?> rules = resolve(given);
    if (node instanceof YamlNode.Mapping map) {
      map.entries()
          .forEach(
              (key, entry) -> {
                Map<?, ?> inner = rulesOf(key, rules);
                visit(entry.value(), inner, note(key, entry, inner, quiet));
              });
    } else if (node instanceof YamlNode.Sequence list
        && rules.get("items") instanceof Map<?, ?> of) {
      list.items().forEach(item -> visit(item, of, quiet));
    }
  }

  private static Map<?, ?> rulesOf(String key, Map<?, ?> rules) {
    boolean named = rules.get("properties") instanceof Map<?, ?> all && all.containsKey(key);
    return named
        ? (Map<?, ?>) ((Map<?, ?>) rules.get("properties")).get(key)
        : (Map<?, ?>) rules.get("additionalProperties");
  }

  /** Whether the key, or one around it, is said not to be supported. */
  private boolean note(String key, YamlNode.Entry entry, Map<?, ?> rules, boolean quiet) {
    known.remove(rules);
    boolean whole = Boolean.TRUE.equals(rules.get("x-not-supported"));
    boolean partly = SUPPORTED_IN_PART.contains(key) && !entry.value().plain().equals("http");
    if (!quiet && (whole || partly)) {
      Position place = whole ? entry.keyAt() : entry.value().at();
      unsupported.add(place.line() + ":" + place.column());
    }
    return quiet || whole;
  }

  private Map<?, ?> resolve(Map<?, ?> rules) {
    if (!(rules.get("$ref") instanceof String ref)) {
      return rules;
    }
    Map<?, ?> target = schema;
    for (String step : ref.substring(2).split("/")) {
      target = (Map<?, ?>) target.get(step);
    }
    return resolve(target);
  }

  /** All places of the schema that a document can have something at. */
  private void collect(Object part, String at) {
    if (part instanceof Map<?, ?> rules) {
      if (rules.get("properties") instanceof Map<?, ?> properties) {
        properties.forEach((key, inner) -> known.put(inner, at + "/" + key));
      }
      if (rules.get("additionalProperties") instanceof Map<?, ?> others) {
        known.put(others, at + "/*");
      }
      rules.forEach((key, inner) -> collect(inner, at + "/" + key));
    }
  }
}
