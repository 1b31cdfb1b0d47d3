package io.vipops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.json.Json;
import io.vipops.spec.RuleId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExplainRuleCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Vipops.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void aRuleIsExplainedWithItsConsequenceAndExamples() {
    assertThat(run("explain-rule", "preempt-delay")).isZero();
    assertThat(out.toString())
        .startsWith("preempt-delay (error): A delay of preemption needs preemption.\n\n")
        .containsSubsequence("it never does", "\nWrong:\n", "preempt: false", "\nRight:\n")
        .contains("# vipops:allow preempt-delay ");
  }

  @Test
  void whatCannotBeAcceptedIsSaidToBeSo() {
    assertThat(run("explain-rule", "vrid-twice")).isZero();
    assertThat(out.toString()).contains("cannot be accepted").doesNotContain("vipops:allow");
  }

  @ParameterizedTest
  @EnumSource
  void everyRuleCanBeAskedFor(RuleId rule) throws Exception {
    assertThat(run("explain-rule", rule.id, "--json")).isZero();
    Map<String, Object> json = Json.decode(out.toString().getBytes(StandardCharsets.UTF_8));
    assertThat(json)
        .containsEntry("rule", rule.id)
        .containsEntry("acceptable", rule.force.acceptable)
        .containsEntry("explanation", rule.explanation)
        .containsKeys("area", "severity", "why");
  }

  @Test
  void withoutAnIdAllAreListedByArea() {
    assertThat(run("explain-rule")).isZero();
    for (RuleId rule : RuleId.values()) {
      assertThat(out.toString()).contains("  " + rule.id + " ").contains(rule.explanation);
    }
    for (RuleId.Area area : RuleId.Area.values()) {
      assertThat(out.toString().lines()).containsOnlyOnce(area.title);
    }
    assertThat(out.toString()).containsPattern("one-server +warning  allow  One server");
    assertThat(out.toString()).containsPattern("vrid-twice +error           Two instances");
  }

  @Test
  void theListIsThereForProgramsToo() throws Exception {
    assertThat(run("explain-rule", "--json")).isZero();
    Map<String, Object> json = Json.decode(out.toString().getBytes(StandardCharsets.UTF_8));
    assertThat((List<?>) json.get("rules")).hasSize(RuleId.values().length);
  }

  @Test
  void anUnknownIdIsAnsweredWithTheOneThatWasMeant() {
    assertThat(run("explain-rule", "vrid-twise")).isEqualTo(2);
    assertThat(err.toString()).contains("no rule vrid-twise: did you mean vrid-twice?");
    assertThat(run("explain-rule", "something-else-altogether")).isEqualTo(2);
    assertThat(err.toString()).contains("vipops explain-rule lists them");
    assertThat(out.toString()).isEmpty();
  }
}
