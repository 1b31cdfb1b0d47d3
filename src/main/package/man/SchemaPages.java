package io.vipops.cli;

import io.vipops.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Man pages of the two files that people write, from their schemas. */
final class SchemaPages {
  private final Path folder;
  private final String date;
  private final String release;

  SchemaPages(Path folder, String date, String release) {
    this.folder = folder;
    this.date = date;
    this.release = release;
  }

  void write() throws IOException, Json.MalformedException {
    write("cluster", "what a cluster of load balancers is, in YAML, kept in Git");
    write("agent", "a node's own configuration, /etc/vipops/agent.yaml");
  }

  private void write(String kind, String what) throws IOException, Json.MalformedException {
    Map<String, Object> schema;
    try (InputStream in =
        Vipops.class.getResourceAsStream("/schemas/" + kind + ".schema.json")) {
      schema = object(Json.decode(in.readAllBytes()));
    }
    String name = "vipops-" + kind + ".yaml";
    Roff page = new Roff(name, 5, date, release);
    page.section("Name").paragraph(name + " - " + what);
    page.section("Description").paragraph(String.valueOf(schema.get("description")));
    page.section("Keys");
    keys(schema, schema, page);
    page.section("See also");
    page.paragraph("vipops(1), vipops-validate(1), vipops-schema(1)");
    Files.writeString(folder.resolve(name + ".5"), page.toString());
  }

  private void keys(Map<String, Object> root, Map<String, Object> schema, Roff page) {
    List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
    object(schema.get("properties"))
        .forEach((key, value) -> key(root, key, object(value), required.contains(key), page));
    if (schema.get("additionalProperties") instanceof Map<?, ?> each) {
      key(root, "NAME", object(each), false, page);
    }
  }

  private void key(
      Map<String, Object> root, String key, Map<String, Object> value, boolean required, Roff page) {
    Map<String, Object> full = resolved(root, value);
    page.entry(key, words(full, required));
    Map<String, Object> nested =
        full.get("items") instanceof Map<?, ?> items ? resolved(root, object(items)) : full;
    if (nested.containsKey("properties")
        || nested.get("additionalProperties") instanceof Map<?, ?>) {
      page.indent();
      keys(root, nested, page);
      page.outdent();
    }
  }

  private static String words(Map<String, Object> schema, boolean required) {
    StringBuilder words = new StringBuilder(String.valueOf(schema.getOrDefault("description", "")));
    if (required) {
      words.append(" Required.");
    }
    if (schema.get("enum") instanceof List<?> values && values.size() > 1) {
      words.append(" One of: ").append(listed(values)).append('.');
    }
    Object fallback = schema.get("default");
    if (fallback instanceof String || fallback instanceof Number || fallback instanceof Boolean) {
      words.append(" Default: ").append(shown(fallback)).append('.');
    }
    if (schema.get("examples") instanceof List<?> examples && !examples.isEmpty()) {
      words.append(" Example: ").append(shown(examples.get(0))).append('.');
    }
    if (Boolean.TRUE.equals(schema.get("x-not-supported"))) {
      words.append(" Not supported yet.");
    }
    return words.toString().strip();
  }

  private static String listed(List<?> values) {
    return values.stream().map(SchemaPages::shown).collect(Collectors.joining(", "));
  }

  private static String shown(Object value) {
    if (value instanceof String text) {
      return text;
    }
    String json = new String(Json.encode(Map.of("v", value)), StandardCharsets.UTF_8).strip();
    return json.substring(5, json.length() - 1);
  }

  /** What the reference says, with what is said beside it on top. */
  private static Map<String, Object> resolved(Map<String, Object> root, Map<String, Object> schema) {
    if (!(schema.get("$ref") instanceof String reference)) {
      return schema;
    }
    Map<String, Object> at = root;
    for (String step : reference.replace("#/", "").split("/", -1)) {
      at = object(at.get(step));
    }
    Map<String, Object> full = new java.util.LinkedHashMap<>(resolved(root, at));
    full.putAll(schema);
    full.remove("$ref");
    return full;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }
}
