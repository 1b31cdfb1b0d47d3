package io.vipops.spec;

import java.util.List;
import java.util.Set;

/** What the rules see beside the records, and where they put what they find. */
final class Findings {
  private static final int MANY_NAMES = 1000;
  private static final int MANY_PROBLEMS = 100;

  private final YamlNode.Mapping root;
  private final SourceMap source;
  private final Allowances allowances;
  private final List<Problem> problems;

  Findings(YamlNode.Mapping root, SourceMap source, Allowances allowances, List<Problem> problems) {
    this.root = root;
    this.source = source;
    this.allowances = allowances;
    this.problems = problems;
  }

  /** Adds what a rule found at a part, unless its line accepts that. */
  void report(RuleId rule, String pointer, String message) {
    report(rule, source.at(pointer), message);
  }

  /** The same, at the part's key. */
  void reportAtKey(RuleId rule, String pointer, String message) {
    report(rule, source.keyAt(pointer), message);
  }

  private void report(RuleId rule, Position at, String message) {
    if (!rule.force.acceptable || !allowances.accept(at, rule)) {
      problems.add(new Problem(rule.force.severity, rule.id, at, message));
    }
  }

  /** The document, for rules about keys that have no record yet. */
  YamlNode.Mapping root() {
    return root;
  }

  /** Whether the document has this part. */
  boolean has(String pointer) {
    return source.positions().containsKey(pointer);
  }

  /** Of two places, the one that a reader comes to second: it is the one too many. */
  String later(String a, String b) {
    Position first = source.at(a);
    Position second = source.at(b);
    int order = first.file().compareTo(second.file());
    if (order == 0) {
      order = Integer.compare(first.line(), second.line());
    }
    if (order == 0) {
      order = Integer.compare(first.column(), second.column());
    }
    return order > 0 ? a : b;
  }

  /** Reports {@code name} unless the section defines it, soundly or not. */
  void refer(String section, String name, String pointer) {
    if (!defines(section, name)) {
      String what = section.equals("nodes") ? "node" : section.substring(0, section.length() - 1);
      String message = what + " " + name + " is not defined";
      report(RuleId.UNDEFINED_REFERENCE, pointer, message + hint(name, section));
    }
  }

  /**
   * What was probably meant by {@code name}; nothing where there are so many names or problems that
   * looking for it would take long.
   */
  String hint(String name, String section) {
    boolean few = names(section).size() <= MANY_NAMES && problems.size() < MANY_PROBLEMS;
    return few ? Closest.hint(name, names(section)) : "";
  }

  /** Whether the section has this name; true where the section itself cannot be read. */
  boolean defines(String section, String name) {
    YamlNode.Entry entry = root.entries().get(section);
    if (entry == null) {
      return section.equals("nodes"); // missing, which is reported once
    }
    return !(entry.value() instanceof YamlNode.Mapping map) || map.entries().containsKey(name);
  }

  /** The names that the section defines, soundly or not. */
  Set<String> names(String section) {
    YamlNode.Entry entry = root.entries().get(section);
    return entry != null && entry.value() instanceof YamlNode.Mapping map
        ? map.entries().keySet()
        : Set.of();
  }
}
