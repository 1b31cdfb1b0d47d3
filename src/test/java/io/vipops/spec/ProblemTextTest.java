package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProblemTextTest {
  private static Problem problem(int line, int column) {
    Position at = new Position("cluster.yaml", line, column);
    return new Problem(Severity.ERROR, "unknown-key", at, "unknown key prot");
  }

  @Test
  void aCaretStandsUnderTheColumn() {
    assertThat(ProblemText.format(problem(3, 9), "  http: {prot: 80}", false))
        .isEqualTo(
            """
            cluster.yaml:3:9: error [unknown-key] unknown key prot
                http: {prot: 80}
                      ^""");
  }

  @Test
  void tabsKeepTheCaretInPlace() {
    assertThat(ProblemText.format(problem(3, 3), "\ta: b", false)).endsWith("\n  \ta: b\n  \t ^");
  }

  @Test
  void aProblemOfTheWholeFileHasNoLine() {
    assertThat(ProblemText.format(problem(0, 0), null, false))
        .isEqualTo("cluster.yaml: error [unknown-key] unknown key prot");
  }

  @Test
  void aLongLineIsCutAroundTheColumn() {
    String text =
        ProblemText.format(problem(1, 5000), "x".repeat(4999) + "y" + "x".repeat(4999), false);
    String[] lines = text.split("\n", -1);
    assertThat(lines[1].length()).isLessThan(200);
    assertThat(lines[1].charAt(lines[2].indexOf('^'))).isEqualTo('y');
  }

  @Test
  void nothingInALineCommandsTheTerminal() {
    assertThat(ProblemText.format(problem(1, 1), "\u001b[31mred", false)).doesNotContain("\u001b");
    Position at = new Position("f", 1, 1);
    assertThat(new Problem(Severity.ERROR, "r", at, "a\nb\u001b[31m").message())
        .isEqualTo("a?b?[31m");
    assertThat(new Problem(Severity.ERROR, "r", at, "x".repeat(5000)).message()).hasSize(401);
  }

  @Test
  void colourIsOnlyAddedWhenAskedFor() {
    String coloured = ProblemText.format(problem(1, 1), null, true);
    assertThat(coloured).contains("\u001b[31merror\u001b[0m");
    assertThat(coloured.replaceAll("\u001b\\[[0-9]+m", ""))
        .isEqualTo(ProblemText.format(problem(1, 1), null, false));
  }

  @Test
  void programsReadFields() {
    assertThat(ProblemText.json(problem(3, 9)).toString())
        .isEqualTo(
            "{severity=error, rule=unknown-key, file=cluster.yaml, line=3, column=9,"
                + " message=unknown key prot}");
  }
}
