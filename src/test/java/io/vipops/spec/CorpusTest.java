package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every rule finds its faults at their places, nothing else, and nothing where nothing is wrong.
 */
class CorpusTest {
  /** Problems as they come, but for those of one rule: as if nothing looked for them. */
  private static final class Without extends BoundedProblems {
    private static final long serialVersionUID = 1L;
    private final String rule;

    Without(RuleId rule) {
      this.rule = rule.id;
    }

    @Override
    public boolean add(Problem problem) {
      return !problem.rule().equals(rule) && super.add(problem);
    }
  }

  /** Read once: most of the time of a small spec goes into it. */
  private static final Map<String, Object> SCHEMA = Schemas.read("cluster");

  private static final Set<String> SHAPES_OF_RULES =
      Set.of(
          "not-supported",
          "out-of-range",
          "undefined-reference",
          "unused-definition",
          "inline-secret");

  static List<Corpus.Case> broken() {
    return Corpus.broken();
  }

  static List<Corpus.Case> nearMisses() {
    return Corpus.nearMisses();
  }

  @ParameterizedTest
  @MethodSource("broken")
  void eachFaultIsOneProblemAtItsPlace(Corpus.Case broken) {
    SpecReader.Reading reading = read(broken.files());
    assertThat(broken.found(files -> reading))
        .containsExactlyInAnyOrderElementsOf(broken.expected());
    Severity severity = RuleId.of(broken.rule()).force.severity;
    assertThat(reading.problems()).extracting(Problem::severity).containsOnly(severity);
    assertThat(reading.spec() == null).isEqualTo(severity == Severity.ERROR);
  }

  @ParameterizedTest
  @MethodSource("nearMisses")
  void whatIsAlmostWrongIsClean(Corpus.Case clean) {
    assertThat(clean.found(CorpusTest::read)).isEmpty();
  }

  @Test
  void everyRuleHasTwoFaultsAndANearMiss() {
    Map<String, Integer> faults = new TreeMap<>();
    Map<String, Integer> clean = new TreeMap<>();
    broken().forEach(it -> faults.merge(it.rule(), 1, Integer::sum));
    nearMisses().forEach(it -> clean.merge(it.rule(), 1, Integer::sum));
    for (RuleId rule : RuleId.values()) {
      if (!Corpus.NOT_HERE.contains(rule.id)) {
        assertThat(faults.getOrDefault(rule.id, 0)).as(rule.id).isGreaterThanOrEqualTo(2);
        assertThat(clean.getOrDefault(rule.id, 0)).as(rule.id).isGreaterThanOrEqualTo(1);
      }
    }
    assertThat(Corpus.fromFiles().stream().filter(it -> !it.isClean()))
        .hasSizeGreaterThanOrEqualTo(120);
    assertThat(faults.keySet()).allMatch(id -> RuleId.of(id) != null);
  }

  /** A rule that is switched off is missed by every case that is there for it. */
  @ParameterizedTest
  @EnumSource
  void noRuleCanBeSwitchedOffUnnoticed(RuleId rule) {
    if (Corpus.NOT_HERE.contains(rule.id)) {
      return;
    }
    for (Corpus.Case broken : Corpus.byRule().get(rule.id)) {
      assertThat(
              broken.isAsExpected(
                  files -> SpecReader.read(files, SCHEMA, Rules.ALL, new Without(rule))))
          .as(broken.toString())
          .isFalse();
    }
  }

  /** The same from the other side: each piece of code that looks has a case that needs it. */
  @ParameterizedTest
  @EnumSource
  void noCheckCanBeRemovedUnnoticed(Rules removed) {
    Set<Rules> others = EnumSet.complementOf(EnumSet.of(removed));
    boolean missed =
        Corpus.fromFiles().stream()
            .filter(it -> !it.isClean() && !BEFORE_THE_RULES.contains(it.rule()))
            .anyMatch(it -> !it.isAsExpected(files -> read(files, others)));
    assertThat(missed).isTrue();
  }

  /** Found by schema and decoders; to read all those cases for each check would take long. */
  private static final Set<String> BEFORE_THE_RULES =
      Arrays.stream(RuleId.values())
          .filter(it -> it.area == RuleId.Area.TEXT || it.area == RuleId.Area.SHAPE)
          .map(it -> it.id)
          .filter(it -> !SHAPES_OF_RULES.contains(it))
          .collect(Collectors.toSet());

  private static SpecReader.Reading read(List<SpecReader.SourceFile> files) {
    return read(files, Rules.ALL);
  }

  private static SpecReader.Reading read(List<SpecReader.SourceFile> files, Set<Rules> rules) {
    return SpecReader.read(files, SCHEMA, rules, new BoundedProblems());
  }

  static Stream<Corpus.Case> acceptable() {
    return Corpus.broken().stream().filter(it -> RuleId.of(it.rule()).force.acceptable);
  }

  @ParameterizedTest
  @MethodSource("acceptable")
  void whatCanBeAcceptedIsAcceptedOnItsLineWithAReason(Corpus.Case broken) {
    String rule = broken.rule();
    SpecReader.Reading accepted = read(broken, " # vipops:allow " + rule + " as agreed");
    assertThat(accepted.problems()).isEmpty();
    assertThat(accepted.spec()).isNotNull();
    assertThat(rules(read(broken, " # vipops:allow " + rule))).contains(rule, "bad-allow");
    String other = rule.equals("one-server") ? "short-lease" : "one-server";
    assertThat(rules(read(broken, " # vipops:allow " + other + " as agreed"))).contains(rule);
  }

  static Stream<Corpus.Case> fixed() {
    return Corpus.fromFiles().stream()
        .filter(it -> !it.isClean() && it.files().size() == 1)
        .filter(it -> !RuleId.of(it.rule()).force.acceptable)
        .filter(it -> !it.rule().startsWith("yaml-") && !it.rule().endsWith("-allow"));
  }

  @ParameterizedTest
  @MethodSource("fixed")
  void whatCannotWorkCannotBeAccepted(Corpus.Case broken) {
    SpecReader.Reading reading = read(broken, " # vipops:allow " + broken.rule() + " as agreed");
    assertThat(rules(reading)).contains(broken.rule(), "bad-allow");
    assertThat(reading.spec()).isNull();
  }

  private static List<String> rules(SpecReader.Reading reading) {
    return reading.problems().stream().map(Problem::rule).collect(Collectors.toList());
  }

  /** The case with a comment on the line where it is expected to be found. */
  private static SpecReader.Reading read(Corpus.Case broken, String comment) {
    int line = broken.line();
    List<String> lines = broken.text().lines().collect(Collectors.toList());
    lines.set(line - 1, lines.get(line - 1) + comment);
    byte[] bytes = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    return read(List.of(new SpecReader.SourceFile("cluster.yaml", bytes)));
  }

  @Test
  void idsAreStable() {
    for (RuleId rule : RuleId.values()) {
      assertThat(rule.id).isEqualTo(rule.name().toLowerCase(Locale.ROOT).replace('_', '-'));
      assertThat(RuleId.of(rule.id)).isEqualTo(rule);
      assertThat(rule.explanation).endsWith(".");
    }
  }
}
