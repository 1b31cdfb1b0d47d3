package io.vipops.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Several files as one spec: maps by name, lists in file order, single values once. */
final class SpecFolder {
  private SpecFolder() {}

  /** What all files say together; a name that two files give is a problem. */
  static YamlNode.Mapping merge(List<YamlNode.Mapping> files, List<Problem> problems) {
    if (files.size() == 1) {
      return files.get(0);
    }
    Map<String, YamlNode.Entry> merged = new LinkedHashMap<>();
    for (YamlNode.Mapping file : files) {
      for (Map.Entry<String, YamlNode.Entry> entry : file.entries().entrySet()) {
        String key = entry.getKey();
        YamlNode.Entry before = merged.get(key);
        merged.put(
            key, before == null ? entry.getValue() : join(key, before, entry.getValue(), problems));
      }
    }
    return new YamlNode.Mapping(files.get(0).at(), merged);
  }

  private static YamlNode.Entry join(
      String key, YamlNode.Entry first, YamlNode.Entry second, List<Problem> problems) {
    if (isNone(first) || isNone(second)) {
      return isNone(first) ? second : first;
    }
    if (first.value() instanceof YamlNode.Sequence one
        && second.value() instanceof YamlNode.Sequence two) {
      List<YamlNode> items = new ArrayList<>(one.items());
      items.addAll(two.items());
      return new YamlNode.Entry(first.keyAt(), new YamlNode.Sequence(one.at(), items));
    }
    if (first.value() instanceof YamlNode.Mapping one
        && second.value() instanceof YamlNode.Mapping two) {
      Map<String, YamlNode.Entry> parts = new LinkedHashMap<>(one.entries());
      for (Map.Entry<String, YamlNode.Entry> part : two.entries().entrySet()) {
        YamlNode.Entry before = parts.putIfAbsent(part.getKey(), part.getValue());
        if (before != null) {
          problems.add(twice(part.getKey(), before, part.getValue()));
        }
      }
      return new YamlNode.Entry(first.keyAt(), new YamlNode.Mapping(one.at(), parts));
    }
    problems.add(twice(key, first, second));
    return first;
  }

  /** A section that has no content yet. */
  private static boolean isNone(YamlNode.Entry entry) {
    return entry.value() instanceof YamlNode.Scalar scalar && scalar.value() == null;
  }

  private static Problem twice(String name, YamlNode.Entry first, YamlNode.Entry second) {
    String where = first.keyAt().file() + ":" + first.keyAt().line();
    String message = name + " is already given in " + where;
    return new Problem(Severity.ERROR, RuleId.GIVEN_TWICE.id, second.keyAt(), message);
  }
}
