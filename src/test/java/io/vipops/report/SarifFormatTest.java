package io.vipops.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SarifFormatTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private static Schema published() throws Exception {
    try (InputStream in =
        SarifFormatTest.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json")) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
          .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static JsonNode run(Report report) {
    return MAPPER.readTree(SarifFormat.text(report)).at("/runs/0");
  }

  @Test
  void anyReportIsValidByThePublishedSchema() throws Exception {
    Schema schema = published();
    assertThat(schema.validate(MAPPER.readTree("{\"version\": \"2.1.0\", \"runs\": [{}]}")))
        .as("the schema refuses what is wrong")
        .isNotEmpty();
    for (Report report :
        new Report[] {
          Reports.of(), Reports.of(Reports.checked("ok.yaml", Reports.classic())), Reports.mixed()
        }) {
      assertThat(schema.validate(MAPPER.readTree(SarifFormat.text(report)))).isEmpty();
    }
  }

  @Test
  void aResultNamesItsRuleAndItsPlace() throws Exception {
    JsonNode run = run(Reports.of(Reports.checked("/srv/checkout/lb/a b.yaml", Reports.typo())));
    JsonNode result = run.at("/results/0");
    assertThat(result.at("/ruleId").asString()).isEqualTo("unknown-key");
    assertThat(result.at("/level").asString()).isEqualTo("error");
    JsonNode rule = run.at("/tool/driver/rules/" + result.at("/ruleIndex").asInt());
    assertThat(rule.at("/id").asString()).isEqualTo("unknown-key");
    assertThat(rule.at("/shortDescription/text").asString()).startsWith("Only keys of the schema");
    JsonNode place = result.at("/locations/0/physicalLocation");
    assertThat(place.at("/artifactLocation/uri").asString()).isEqualTo("lb/a%20b.yaml");
    assertThat(place.at("/region/startLine").asInt()).isEqualTo(36);
    assertThat(place.at("/region/startColumn").asInt()).isEqualTo(10);
    assertThat(place.at("/region/snippet/text").asString()).isEqualTo("  http: {prot: 80}");
    assertThat(run.at("/tool/driver/version").asString()).isEqualTo("1.2.3");
  }

  @Test
  void columnsCountCharactersAsTheDocumentSays() throws Exception {
    JsonNode run = run(Reports.of(Reports.checked("a.yaml", "{\"\uD83D\uDE00\": 1, \"b\": 1}\n")));
    assertThat(run.at("/columnKind").asString()).isEqualTo("unicodeCodePoints");
    assertThat(run.at("/results").toString())
        .contains("\"startColumn\":2,")
        .contains("\"startColumn\":10,"); // 11 in UTF-16
  }

  @Test
  void aProblemOfTheWholeFileIsAtItsFirstLine() throws Exception {
    JsonNode region =
        run(Reports.of(Reports.checked("empty.yaml", "")))
            .at("/results/0/locations/0/physicalLocation/region");
    assertThat(region.toString()).isEqualTo("{\"startLine\":1}");
  }

  @Test
  void whatCouldNotBeReadIsANotification() throws Exception {
    JsonNode invocation = run(Reports.mixed()).at("/invocations/0");
    assertThat(invocation.at("/executionSuccessful").asBoolean()).isFalse();
    assertThat(invocation.at("/toolExecutionNotifications/0/message/text").asString())
        .isEqualTo("none.yaml: no such file or folder");
  }

  @Test
  void filesOutsideTheFolderKeepTheirWholePath() throws Exception {
    JsonNode run = run(Reports.of(Reports.checked("/etc/lb/a:b.yaml", Reports.typo())));
    assertThat(run.at("/results/0/locations/0/physicalLocation/artifactLocation/uri").asString())
        .isEqualTo("file:///etc/lb/a%3Ab.yaml");
  }
}
