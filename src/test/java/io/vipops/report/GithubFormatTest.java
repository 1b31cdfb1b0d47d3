package io.vipops.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GithubFormatTest {
  @Test
  void aFindingIsOneCommandWithItsPlace() throws Exception {
    assertThat(
            GithubFormat.text(Reports.of(Reports.checked("/srv/checkout/a.yaml", Reports.typo()))))
        .isEqualTo(
            "::error file=a.yaml,line=36,col=10,title=unknown-key::"
                + "unknown key prot: did you mean port?\n");
    assertThat(GithubFormat.text(Reports.of(Reports.checked("w.yaml", Reports.warning()))))
        .startsWith("::warning file=w.yaml,line=")
        .hasLineCount(1);
  }

  @Test
  void namesAndMessagesCannotEndTheirCommand() throws Exception {
    assertThat(GithubFormat.text(Reports.mixed()))
        .contains("::error file=odd%2C 100%25%3Aü <&>\"%0A.yaml,line=36,")
        .contains("::error title=unreadable::none.yaml: no such file or folder\n");
    String percent = Reports.classic().replace("port:", "\"p%0A::x\":");
    assertThat(GithubFormat.text(Reports.of(Reports.checked("a.yaml", percent))))
        .contains("unknown key p%250A::x");
  }

  @Test
  void aProblemOfTheWholeFileHasNoLine() {
    assertThat(GithubFormat.text(Reports.of(Reports.checked("empty.yaml", ""))))
        .startsWith("::error file=empty.yaml,title=yaml-empty::");
  }

  @Test
  void nothingFoundIsNothingSaid() throws Exception {
    assertThat(GithubFormat.text(Reports.of(Reports.checked("ok.yaml", Reports.classic()))))
        .isEmpty();
  }
}
