package io.vipops.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/**
 * By Jenkins' schema, the one that GitLab points to: Maven's own describes a single suite and asks
 * for times, Ant's is LGPL.
 */
class JunitFormatTest {
  private static Schema published() throws SAXException {
    return SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
        .newSchema(JunitFormatTest.class.getResource("/report/jenkins-junit.xsd"));
  }

  private static String ask(Report report, String xpath) throws Exception {
    byte[] bytes = JunitFormat.text(report).getBytes(StandardCharsets.UTF_8);
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(bytes));
    return XPathFactory.newInstance().newXPath().evaluate(xpath, document);
  }

  private static void validate(String xml) throws Exception {
    published().newValidator().validate(new StreamSource(new StringReader(xml)));
  }

  @Test
  void anyReportIsValidByThePublishedSchema() throws Exception {
    assertThatThrownBy(() -> validate("<testsuites><testsuite/></testsuites>"))
        .isInstanceOf(SAXException.class);
    validate(JunitFormat.text(Reports.of()));
    validate(JunitFormat.text(Reports.mixed()));
    validate(JunitFormat.text(Reports.strict(Reports.checked("w.yaml", Reports.warning()))));
  }

  @Test
  void aCleanSpecIsAPassedCase() throws Exception {
    Report report = Reports.of(Reports.checked("ok.yaml", Reports.classic()));
    assertThat(ask(report, "/testsuites/testsuite[@name='ok.yaml']/testcase/@name"))
        .isEqualTo("valid");
    assertThat(ask(report, "concat(//testsuite/@tests, //testsuite/@failures)")).isEqualTo("10");
  }

  @Test
  void aFindingIsAFailedCaseWithItsPlaceAndText() throws Exception {
    Report report = Reports.of(Reports.checked("/srv/checkout/a.yaml", Reports.typo()));
    assertThat(ask(report, "//testcase/@name")).isEqualTo("unknown-key a.yaml:36");
    assertThat(ask(report, "//failure/@message")).isEqualTo("unknown key prot: did you mean port?");
    assertThat(ask(report, "//failure"))
        .isEqualTo(
            "/srv/checkout/a.yaml:36:10: error [unknown-key] unknown key prot: did you mean port?\n"
                + "    http: {prot: 80}\n"
                + "           ^");
    assertThat(ask(report, "concat(/testsuites/@failures, ' ', //testsuite/@failures)"))
        .isEqualTo("1 1");
  }

  @Test
  void aWarningFailsOnlyWhereWarningsAreFindings() throws Exception {
    Checked spec = Reports.checked("w.yaml", Reports.warning());
    assertThat(ask(Reports.of(spec), "count(//failure)")).isEqualTo("0");
    assertThat(ask(Reports.of(spec), "//system-out")).contains("warning [one-server]");
    assertThat(ask(Reports.strict(spec), "//failure/@type")).isEqualTo("one-server");
  }

  @Test
  void whatCouldNotBeReadIsAnError() throws Exception {
    assertThat(ask(Reports.mixed(), "//testsuite[@name='none.yaml']//error/@message"))
        .isEqualTo("none.yaml: no such file or folder");
  }

  @Test
  void namesSurviveTheirQuoting() throws Exception {
    assertThat(ask(Reports.mixed(), "//testsuite[2]/@name")).isEqualTo("odd, 100%:ü <&>\"\n.yaml");
    assertThat(XmlText.escape("a\u0000\uD800\uFFFF\uD83D\uDE00")).isEqualTo("a???\uD83D\uDE00");
  }
}
