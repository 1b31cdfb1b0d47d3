package io.vipops.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GitlabFormatTest {
  private static JsonNode findings(Report report) {
    return JsonMapper.shared().readTree(GitlabFormat.text(report));
  }

  private static List<String> fingerprints(Report report) {
    Stream<JsonNode> findings = findings(report).valueStream();
    return findings.map(it -> it.at("/fingerprint").asString()).toList();
  }

  /** https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. */
  @Test
  void aFindingHasEveryFieldThatGitlabAsksFor() throws Exception {
    JsonNode finding =
        findings(Reports.of(Reports.checked("/srv/checkout/a.yaml", Reports.typo()))).get(0);
    assertThat(finding.propertyNames())
        .containsExactlyInAnyOrder(
            "description", "check_name", "fingerprint", "severity", "location");
    assertThat(finding.at("/description").asString())
        .isEqualTo("unknown key prot: did you mean port?");
    assertThat(finding.at("/check_name").asString()).isEqualTo("unknown-key");
    assertThat(finding.at("/severity").asString()).isEqualTo("major");
    assertThat(finding.at("/location").toString())
        .isIn(
            "{\"path\":\"a.yaml\",\"lines\":{\"begin\":36}}",
            "{\"lines\":{\"begin\":36},\"path\":\"a.yaml\"}");
    assertThat(findings(Reports.of(Reports.checked("ok.yaml", Reports.classic())))).isEmpty();
  }

  @Test
  void fingerprintsStayWhenOtherLinesMove() throws Exception {
    List<String> before = fingerprints(Reports.of(Reports.checked("a.yaml", Reports.typo())));
    String moved = "# a comment\n\n" + Reports.typo().replace("  http: {prot", "    http: {prot");
    assertThat(fingerprints(Reports.of(Reports.checked("a.yaml", moved)))).isEqualTo(before);
    assertThat(fingerprints(Reports.of(Reports.checked("./x/../a.yaml", Reports.typo()))))
        .isEqualTo(before);
    assertThat(fingerprints(Reports.of(Reports.checked("b.yaml", Reports.typo()))))
        .isNotEqualTo(before);
  }

  @Test
  void aMessageThatNamesAnotherLineKeepsItsFingerprint() {
    String twice = "version: 1\ncluster: web\nversion: 1\n";
    assertThat(fingerprints(Reports.of(Reports.checked("a.yaml", "\n\n" + twice))))
        .isEqualTo(fingerprints(Reports.of(Reports.checked("a.yaml", twice))))
        .hasSize(1);
  }

  @Test
  void findingsThatAreAlikeHaveFingerprintsOfTheirOwn() {
    String alike = "routes:\n" + "  - {adress: 1}\n".repeat(50);
    Checked spec = Reports.checked("a.yaml", alike);
    assertThat(fingerprints(Reports.of(spec, spec)))
        .hasSizeGreaterThan(100)
        .doesNotHaveDuplicates();
  }
}
