package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What explain-rule tells is true: the wrong example is found by its rule, the right one by none.
 */
class RuleTextTest {
  /** Their examples would be thousands of lines, or what no text shows. */
  private static final Set<String> WITHOUT_EXAMPLES =
      Set.of(
          "yaml-size",
          "yaml-nodes",
          "yaml-depth",
          "yaml-aliases",
          "yaml-binary",
          "too-many",
          "nginx-test");

  private static final Pattern SECTION = Pattern.compile("(?m)^([a-z]+):");
  private static final Pattern FILE = Pattern.compile("(?m)^# ([a-z]+\\.yaml)\n");

  @ParameterizedTest
  @EnumSource
  void theWrongExampleBreaksItsRuleAlone(RuleId rule) {
    RuleText text = RuleText.of(rule);
    assertThat(text.bad() == null).isEqualTo(WITHOUT_EXAMPLES.contains(rule.id));
    if (text.bad() != null) {
      List<String> found =
          SpecReader.read(files(text.bad())).problems().stream().map(Problem::rule).toList();
      assertThat(found).isNotEmpty().containsOnly(rule.id);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theRightExampleBreaksNone(RuleId rule) {
    RuleText text = RuleText.of(rule);
    assertThat(text.good() == null).isEqualTo(text.bad() == null);
    if (text.good() != null) {
      assertThat(SpecReader.read(files(text.good())).problems()).isEmpty();
      assertThat(text.good()).isNotEqualTo(text.bad());
    }
  }

  @ParameterizedTest
  @EnumSource
  void itSaysWhatHappensInAFewLines(RuleId rule) {
    assertThat(RuleText.of(rule).why().lines().count()).isBetween(2L, 5L);
    assertThat(RuleText.of(rule).why()).doesNotContain(rule.explanation).endsWith(".\n");
  }

  @Test
  void thereIsATextForEachRuleAndNoOther() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (RuleId rule : RuleId.values()) {
      ids.add(rule.id + ".yaml");
    }
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/rules"))) {
      assertThat(files.map(it -> it.getFileName().toString()).collect(Collectors.toSet()))
          .isEqualTo(ids);
    }
  }

  /** An example is a part of a spec: what it does not show is as in the classic one. */
  private static List<SpecReader.SourceFile> files(String example) {
    Set<String> shown = new TreeSet<>();
    Matcher sections = SECTION.matcher(example);
    while (sections.find()) {
      shown.add(sections.group(1));
    }
    StringBuilder rest = new StringBuilder();
    for (String part : SpecReaderTest.BASE.split("(?m)^(?=[a-z])")) {
      if (!shown.contains(part.substring(0, part.indexOf(':')))) {
        rest.append(part);
      }
    }
    boolean whole = shown.contains("version") || shown.isEmpty();
    List<SpecReader.SourceFile> files = new ArrayList<>();
    String[] texts = FILE.split(example);
    for (int i = 0; i < texts.length; i++) {
      if (!texts[i].isEmpty()) {
        String text = files.isEmpty() && !whole ? rest + texts[i] : texts[i];
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        files.add(new SpecReader.SourceFile((char) ('a' + i) + ".yaml", bytes));
      }
    }
    return files;
  }
}
