package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTest {
  private static Yaml.Document read(String text) {
    return Yaml.read("a.yaml", text.getBytes(StandardCharsets.UTF_8));
  }

  private static Object value(String scalar) {
    return ((Map<?, ?>) read("k: " + scalar).root()).get("k");
  }

  /** The only problem, as {@code line:col rule}. */
  private static String fault(String text) {
    return fault(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String fault(byte[] bytes) {
    List<Problem> problems = Yaml.read("a.yaml", bytes).problems();
    assertThat(problems).hasSize(1);
    Problem only = problems.get(0);
    assertThat(only.position().file()).isEqualTo("a.yaml");
    assertThat(only.message()).doesNotContain("\n").doesNotEndWith(".");
    return only.position().line() + ":" + only.position().column() + " " + only.rule();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no",
        "yes",
        "on",
        "off",
        "y",
        "n",
        "No",
        "22:22",
        "0123",
        "-0123",
        "00",
        "1_000",
        "10.0.0.50/24",
        "1.22.1",
        "2s",
        "0x",
        "0xg1",
        "0x-1",
        "1e",
        "+",
        ".",
        "-.",
        "=",
        "<",
        "2026-11-22",
        "10.0.0.1",
        "1e5s",
        "nUll",
        "tRUE"
      })
  void whatYaml12CallsTextIsText(String scalar) {
    assertThat(value(scalar)).isEqualTo(scalar);
  }

  @Test
  void numbersBooleansAndNullAreTyped() {
    assertThat(value("0")).isEqualTo(0L);
    assertThat(value("-30")).isEqualTo(-30L);
    assertThat(value("+7")).isEqualTo(7L);
    assertThat(value("0x1F")).isEqualTo(31L);
    assertThat(value("0o17")).isEqualTo(15L);
    assertThat(value("1.5")).isEqualTo(1.5);
    assertThat(value(".5")).isEqualTo(0.5);
    assertThat(value("1e3")).isEqualTo(1000.0);
    assertThat(value("99999999999999999999")).isEqualTo(1e20);
    assertThat(value("true")).isEqualTo(true);
    assertThat(value("False")).isEqualTo(false);
    assertThat(value("~")).isNull();
    assertThat(value("")).isNull();
    assertThat(value(".inf")).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void quotedScalarsAreText() {
    assertThat(value("'51'")).isEqualTo("51");
    assertThat(value("\"true\"")).isEqualTo("true");
    assertThat(value("''")).isEqualTo("");
    assertThat(value("|\n  51\n")).isEqualTo("51\n");
  }

  @Test
  void aNumberKeepsItsSpelling() {
    YamlNode.Mapping root = (YamlNode.Mapping) read("version: 1.10").node();
    YamlNode.Scalar scalar = (YamlNode.Scalar) root.entries().get("version").value();
    assertThat(scalar.text()).isEqualTo("1.10");
    assertThat(scalar.value()).isEqualTo(1.1);
  }

  @Test
  void positionsAreFoundByPointer() {
    SourceMap source = read("a:\n  b/c: [x, {d: 1}]\n").source();
    assertThat(source.at("/a/b~1c/1/d")).isEqualTo(new Position("a.yaml", 2, 16));
    assertThat(source.keyAt("/a/b~1c/1/d")).isEqualTo(new Position("a.yaml", 2, 13));
    assertThat(source.keyAt("/a/b~1c/0")).isEqualTo(new Position("a.yaml", 2, 9));
    assertThat(source.at("/a/none/deeper")).isEqualTo(new Position("a.yaml", 2, 3));
    assertThat(source.at("/a/b~1c/7")).isEqualTo(new Position("a.yaml", 2, 8));
    assertThat(source.positions().keySet())
        .containsExactly("", "/a", "/a/b~1c", "/a/b~1c/0", "/a/b~1c/1", "/a/b~1c/1/d");
  }

  @Test
  void aliasesStandForTheirAnchor() {
    Yaml.Document document = read("a: &x {b: 1}\nc: *x\n");
    assertThat(document.problems()).isEmpty();
    assertThat(document.root()).isEqualTo(Map.of("a", Map.of("b", 1L), "c", Map.of("b", 1L)));
    assertThat(document.source().at("/c")).isEqualTo(new Position("a.yaml", 2, 4));
  }

  @Test
  void keysKeepTheirOrder() {
    assertThat(new LinkedHashMap<>((Map<?, ?>) read("z: 1\na: 2\nm: 3").root()).keySet().toString())
        .isEqualTo("[z, a, m]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a: [1, 2'|1:9 yaml-syntax",
        "'a: b: c'|1:5 yaml-syntax",
        "'a: 1\n\tb: 2'|2:1 yaml-syntax",
        "'a: 1\n b: 2'|2:3 yaml-syntax",
        "'a: \"x'|1:6 yaml-syntax",
        "'a: *nowhere'|1:4 yaml-syntax",
        "'a: \"x\\u'|1:8 yaml-syntax",
        "'a: \"x\\u00'|1:10 yaml-syntax",
        "'a: \"\\UFFFFFFFF\"'|1:7 yaml-syntax",
        "'%YAML 3.0\n---\na: 1'|1:1 yaml-syntax",
        "'a: &x [*x]'|1:8 yaml-recursion",
        "'a: &x {b: {c: *x}}'|1:15 yaml-recursion",
        "'a: !!str 1'|1:4 yaml-tag",
        "'a: !x {b: 1}'|1:4 yaml-tag",
        "'!!map {b: 1}'|1:1 yaml-tag",
        "'a: 1\nb: 2\na: 3'|3:1 yaml-duplicate-key",
        "'a: {b: 1, \"b\": 2}'|1:11 yaml-duplicate-key",
        "'? [x]\n: 1'|1:3 yaml-key",
        "'a: &x {b: 1}\nc: {<<: *x}'|2:5 yaml-key",
        "'a: 1\n---\nb: 2'|2:1 yaml-documents",
        "''|0:0 yaml-empty",
        "'# nothing\n'|0:0 yaml-empty",
        "'---\n'|0:0 yaml-empty",
        "'a: \u0007'|1:4 yaml-binary"
      })
  void eachFaultIsOneProblemAtItsPlace(String text, String expected) {
    assertThat(fault(text)).isEqualTo(expected);
  }

  @Test
  void bytesThatAreNoTextAreRefused() {
    assertThat(fault(new byte[] {'a', ':', '\n', (byte) 0xC3, 'x'})).isEqualTo("2:1 yaml-binary");
    assertThat(fault(new byte[] {0x7F, 'E', 'L', 'F', 0})).isEqualTo("1:1 yaml-binary");
    assertThat(fault("a: 1".getBytes(StandardCharsets.UTF_16))).isEqualTo("1:1 yaml-binary");
  }

  @Test
  void aByteOrderMarkIsSkipped() {
    assertThat(read("\uFEFFa: 1").root()).isEqualTo(Map.of("a", 1L));
  }

  @Test
  void tenMegabytesAreRefusedUnread() {
    byte[] bytes = new byte[10 << 20];
    Arrays.fill(bytes, (byte) 'a');
    assertThat(fault(bytes)).isEqualTo("0:0 yaml-size");
  }

  @Test
  void aLineHasAtMost256KiB() {
    assertThat(read("# " + "b".repeat((1 << 18) - 2) + "\na: 1").problems()).isEmpty();
    assertThat(fault("a: 1\n" + "b".repeat((1 << 18) + 1))).isEqualTo("2:1 yaml-size");
    assertThat(fault("a".repeat(Yaml.MAX_BYTES))).isEqualTo("1:1 yaml-size");
  }

  @Test
  void nestingEndsAtFiftyLevels() {
    assertThat(read("[".repeat(50) + "]".repeat(50)).problems()).isEmpty();
    assertThat(fault("[".repeat(51) + "]".repeat(51))).isEqualTo("1:51 yaml-depth");
    assertThat(fault("[".repeat(100_000))).isEqualTo("1:51 yaml-depth");
  }

  @Test
  void fiftyAliasesAreTheMost() {
    assertThat(read("a: &x 1\nb: [" + "*x, ".repeat(50) + "]").problems()).isEmpty();
    assertThat(fault("a: &x 1\nb: [" + "*x, ".repeat(51) + "]")).isEqualTo("2:205 yaml-aliases");
  }

  @Test
  void aliasesOfAliasesCountWhatTheyStandFor() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 6; i++) {
      String inner = ("*a" + (i - 1) + ", ").repeat(9);
      bomb.append("a").append(i).append(": &a").append(i).append(" [").append(inner).append("]\n");
    }
    assertThat(fault(bomb.toString())).endsWith(" yaml-nodes");
  }

  @Test
  void halfAMillionValuesAreTheMost() {
    assertThat(read("[" + "a,\n".repeat(499_999) + "]").problems()).isEmpty();
    assertThat(fault("[" + "a,\n".repeat(500_000) + "]")).isEqualTo("500000:1 yaml-nodes");
  }
}
