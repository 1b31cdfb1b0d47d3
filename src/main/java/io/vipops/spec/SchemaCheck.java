package io.vipops.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds a document against the part of JSON Schema that ours use: {@code $ref type enum minimum
 * maximum maxLength items minItems maxItems properties required additionalProperties propertyNames
 * minProperties maxProperties}, {@code x-kind} in the place of {@code pattern}, and {@code
 * x-minimum x-maximum} of durations. Anything else in a schema is for its readers.
 *
 * <p>Values other than those of {@code x-supported}, and keys with {@code x-not-supported}, are
 * known but not done yet. What has {@code x-not-supported} is held against its shape like all else,
 * so that nobody learns of a typing error only when the key comes to be supported.
 *
 * <p>A general validator answers the same yes or no (the tests compare them), but takes 200 ms to
 * start, and its messages speak of schemas where users want to read of their spec.
 */
final class SchemaCheck {
  /** Of any text, in characters; messages repeat it. */
  static final int LONGEST = 1000;

  private final Map<String, @Nullable Object> schema;
  private final List<Problem> problems;
  private final Set<String> faultyParts = new HashSet<>();
  private final Set<String> overfull = new HashSet<>();

  /** Inside a key that is not supported, which is said once. */
  private boolean unsupported;

  SchemaCheck(Map<String, @Nullable Object> schema, List<Problem> problems) {
    this.schema = schema;
    this.problems = problems;
  }

  /** Adds what is wrong with {@code root} to the problems. */
  void check(YamlNode root) {
    check(root, schema, "", "the spec", root.at());
  }

  /** Whether something is wrong at or below a pointer of one or two steps. */
  boolean isFaulty(String pointer) {
    return faultyParts.contains(pointer);
  }

  /** Whether the map or list has more parts than are looked at. */
  boolean isOverfull(String pointer) {
    return overfull.contains(pointer);
  }

  private void check(
      YamlNode node, Map<?, ?> given, String pointer, String subject, Position keyAt) {
    Map<?, ?> rules = resolve(given);
    if (!hasType(node, rules.get("type"))) {
      String hint = hint(node, rules);
      fault(RuleId.WRONG_TYPE, pointer, node.at(), subject + " must be " + hint);
    } else if (node instanceof YamlNode.Mapping map) {
      mapping(map, rules, pointer, subject, keyAt);
    } else if (node instanceof YamlNode.Sequence list) {
      sequence(list, rules, pointer, subject);
    } else if (node instanceof YamlNode.Scalar scalar) {
      scalar(scalar, rules, pointer, subject);
      range(scalar, given, pointer, subject);
    }
  }

  private void mapping(
      YamlNode.Mapping map, Map<?, ?> rules, String pointer, String subject, Position keyAt) {
    if (rules.get("minProperties") != null && map.entries().isEmpty()) {
      fault(RuleId.BAD_VALUE, pointer, map.at(), subject + " must not be empty");
    }
    if (isOverfull(map.entries().size(), rules.get("maxProperties"), pointer, subject, keyAt)) {
      return;
    }
    Map<?, ?> known =
        rules.get("properties") instanceof Map<?, ?> properties ? properties : Map.of();
    if (rules.get("required") instanceof List<?> required) {
      for (Object key : required) {
        if (isNone(map.entries().get(String.valueOf(key))) && !isMistyped(key, map, known)) {
          fault(RuleId.MISSING_KEY, pointer, keyAt, subject + " needs " + key);
        }
      }
    }
    for (Map.Entry<String, YamlNode.Entry> entry : map.entries().entrySet()) {
      member(
          entry.getKey(), entry.getValue(), rules, known, Pointer.child(pointer, entry.getKey()));
    }
  }

  /** Whether an unknown key looks like {@code key}: that one is reported, and one is enough. */
  private boolean isMistyped(Object key, YamlNode.Mapping map, Map<?, ?> known) {
    if (!isWorthAHint()) {
      return false;
    }
    for (String given : map.entries().keySet()) {
      if (!known.containsKey(given) && key.equals(Closest.among(given, names(known)))) {
        return true;
      }
    }
    return false;
  }

  private static List<String> names(Map<?, ?> known) {
    List<String> names = new ArrayList<>();
    for (Object name : known.keySet()) {
      names.add(String.valueOf(name));
    }
    return names;
  }

  private void member(
      String key, YamlNode.Entry entry, Map<?, ?> rules, Map<?, ?> known, String pointer) {
    Object ofKey = known.get(key);
    Object ofOthers = rules.get("additionalProperties");
    if (ofKey == null && Boolean.FALSE.equals(ofOthers)) {
      String hint = isWorthAHint() ? Closest.hint(key, names(known)) : "";
      String message = "unknown key " + SecretMask.name(key) + hint;
      fault(RuleId.UNKNOWN_KEY, pointer, entry.keyAt(), message);
      return;
    }
    if (ofKey == null && rules.get("propertyNames") instanceof Map<?, ?> ofNames) {
      YamlNode.Scalar name = new YamlNode.Scalar(entry.keyAt(), key, key);
      check(name, ofNames, pointer, "name", entry.keyAt());
    }
    if ((ofKey == null ? ofOthers : ofKey) instanceof Map<?, ?> ofValue) {
      if (ofKey == null || !isNone(entry)) {
        boolean outer = unsupported;
        unsupported |= Boolean.TRUE.equals(ofValue.get("x-not-supported"));
        if (unsupported && !outer) {
          fault(RuleId.NOT_SUPPORTED, pointer, entry.keyAt(), key + " is not supported yet");
        }
        check(entry.value(), ofValue, pointer, key, entry.keyAt());
        unsupported = outer;
      }
    }
  }

  private boolean isOverfull(
      int size, @Nullable Object most, String pointer, String subject, Position at) {
    if (!(most instanceof Long number) || size <= number) {
      return false;
    }
    overfull.add(pointer);
    String message = subject + " can have at most " + most + " entries, not " + size;
    fault(RuleId.OUT_OF_RANGE, pointer, at, message);
    return true;
  }

  /** Nobody reads more of them, and looking for what was meant takes time. */
  private boolean isWorthAHint() {
    return problems.size() < Problems.MOST;
  }

  private void sequence(YamlNode.Sequence list, Map<?, ?> rules, String pointer, String subject) {
    if (rules.get("minItems") != null && list.items().isEmpty()) {
      fault(RuleId.BAD_VALUE, pointer, list.at(), subject + " must not be empty");
    }
    if (isOverfull(list.items().size(), rules.get("maxItems"), pointer, subject, list.at())) {
      return;
    }
    if ("command".equals(rules.get("x-kind"))
        && !list.items().isEmpty()
        && list.items().get(0) instanceof YamlNode.Scalar first
        && !first.text().startsWith("/")) {
      String message = subject + " must begin with an absolute path, not " + first.text();
      fault(RuleId.BAD_VALUE, pointer, first.at(), message);
    }
    if (rules.get("items") instanceof Map<?, ?> ofItems) {
      int index = 0;
      for (YamlNode item : list.items()) {
        check(item, ofItems, pointer + "/" + index++, "an item of " + subject, item.at());
      }
    }
  }

  private void scalar(YamlNode.Scalar scalar, Map<?, ?> rules, String pointer, String subject) {
    long longest = rules.get("maxLength") instanceof Long most ? most : LONGEST;
    if (scalar.text().length() > longest) {
      String message = subject + " must have at most " + longest + " characters";
      fault(RuleId.OUT_OF_RANGE, pointer, scalar.at(), message);
    } else if (rules.get("enum") instanceof List<?> allowed && !isAmong(scalar, allowed)) {
      List<String> names = new ArrayList<>();
      for (Object value : allowed) {
        names.add(String.valueOf(value));
      }
      String expected = (names.size() > 1 ? "one of " : "") + String.join(", ", names);
      String message = " must be " + expected + ", not " + scalar.text();
      String hint = Closest.hint(scalar.text(), names);
      fault(RuleId.BAD_VALUE, pointer, scalar.at(), subject + message + hint);
    } else if (!unsupported
        && rules.get("x-supported") instanceof List<?> supported
        && !isAmong(scalar, supported)) {
      String message = subject + ": " + scalar.text() + " is not supported yet";
      fault(RuleId.NOT_SUPPORTED, pointer, scalar.at(), message);
    } else if (rules.get("x-kind") instanceof String kind) {
      TextKind.Fault fault = TextKind.check(kind, scalar.text());
      if (fault != null) {
        fault(fault.rule(), pointer, scalar.at(), subject + " " + fault.message());
      }
    } else if (scalar.value() instanceof Long number
        && rules.get("minimum") instanceof Long min
        && rules.get("maximum") instanceof Long max
        && (number < min || number > max)) {
      String message = " must be " + min + " to " + max + ", not " + number;
      fault(RuleId.OUT_OF_RANGE, pointer, scalar.at(), subject + message);
    }
  }

  /** A duration is within its range; one that is none has been reported. */
  private void range(YamlNode.Scalar scalar, Map<?, ?> given, String pointer, String subject) {
    Duration value = given.get("x-maximum") == null ? null : Durations.parse(scalar.text());
    if (value != null
        && (value.compareTo(duration(given, "x-minimum")) < 0
            || value.compareTo(duration(given, "x-maximum")) > 0)) {
      String range = given.get("x-minimum") + " to " + given.get("x-maximum");
      String message = subject + " must be " + range + ", not " + scalar.text();
      fault(RuleId.OUT_OF_RANGE, pointer, scalar.at(), message);
    }
  }

  private static Duration duration(Map<?, ?> rules, String key) {
    Duration duration = Durations.parse(String.valueOf(rules.get(key)));
    if (duration == null) {
      throw new IllegalStateException(key + " " + rules.get(key));
    }
    return duration;
  }

  /** A number where text is wanted is text: it keeps its spelling. */
  private static boolean isAmong(YamlNode.Scalar scalar, List<?> allowed) {
    return allowed.contains(scalar.value()) || allowed.contains(scalar.text());
  }

  private static boolean isNone(YamlNode.@Nullable Entry entry) {
    return entry == null
        || (entry.value() instanceof YamlNode.Scalar scalar && scalar.value() == null);
  }

  private static boolean hasType(YamlNode node, @Nullable Object type) {
    if (type instanceof List<?> types) {
      for (Object one : types) {
        if (hasType(node, one)) {
          return true;
        }
      }
      return false;
    }
    return switch (String.valueOf(type)) {
      case "object" -> node instanceof YamlNode.Mapping;
      case "array" -> node instanceof YamlNode.Sequence;
      case "string" ->
          node instanceof YamlNode.Scalar it
              && (it.value() instanceof String || it.value() instanceof Number);
      case "integer" -> node instanceof YamlNode.Scalar it && it.value() instanceof Long;
      case "boolean" -> node instanceof YamlNode.Scalar it && it.value() instanceof Boolean;
      default -> throw new IllegalStateException("type " + type);
    };
  }

  private static String hint(YamlNode node, Map<?, ?> rules) {
    Object type = rules.get("type");
    StringBuilder words = new StringBuilder();
    for (Object one : type instanceof List<?> types ? types : List.of(String.valueOf(type))) {
      words.append(words.isEmpty() ? "" : " or ").append(words(String.valueOf(one)));
    }
    if (node instanceof YamlNode.Scalar scalar && "array".equals(type) && scalar.value() != null) {
      words.append(": [").append(scalar.text()).append(']');
    } else if (node instanceof YamlNode.Scalar scalar
        && "string".equals(type)
        && scalar.value() instanceof Boolean) {
      words.append(": \"").append(scalar.text()).append('"');
    }
    return words.toString();
  }

  private static String words(String type) {
    return switch (type) {
      case "object" -> "keys and values";
      case "array" -> "a list";
      case "string" -> "text";
      case "integer" -> "a whole number";
      default -> "true or false";
    };
  }

  private Map<?, ?> resolve(Map<?, ?> given) {
    Map<?, ?> rules = given;
    while (rules.get("$ref") instanceof String ref) {
      Object target = schema;
      for (String step : ref.substring(2).split("/", -1)) {
        target = target instanceof Map<?, ?> map ? map.get(step) : null;
      }
      if (!(target instanceof Map<?, ?> map)) {
        throw new IllegalStateException("$ref " + ref);
      }
      rules = map;
    }
    return rules;
  }

  private void fault(RuleId rule, String pointer, Position at, String message) {
    int section = pointer.indexOf('/', 1);
    int part = section < 0 ? -1 : pointer.indexOf('/', section + 1);
    faultyParts.add(section < 0 ? pointer : pointer.substring(0, section));
    faultyParts.add(part < 0 ? pointer : pointer.substring(0, part));
    problems.add(new Problem(Severity.ERROR, rule.id, at, message));
  }
}
