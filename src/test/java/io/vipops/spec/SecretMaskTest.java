package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretMaskTest {
  private static String shown(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    SourceLines lines = new SourceLines(List.of(new SpecReader.SourceFile("a.yaml", bytes)));
    StringBuilder shown = new StringBuilder();
    for (int line = 1; ; line++) {
      String one = lines.line(new Position("a.yaml", line, 1));
      if (one == null) {
        return shown.toString();
      }
      shown.append(line > 1 ? "\n" : "").append(one);
    }
  }

  @Test
  void asterisksStandForAPasswordOneForOne() {
    assertThat(shown("a: {type: pass, password: s3cr3tXY, b: 1}\nc: d\n"))
        .isEqualTo("a: {type: pass, password: ********, b: 1}\nc: d\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password: s3cr3tXY",
        "password: 's3cr3tXY # }'",
        "{\"password\": \"s3cr3tXY\"}",
        "{? password : s3cr3tXY}",
        "\"pass\\u0077ord\": s3cr3tXY",
        "password:\n  s3cr3tXY",
        "password: |\n  first\n  s3cr3tXY",
        "password: \"first\n  s3cr3tXY\"",
        "password: [x,\n s3cr3tXY]",
        "password: {s3cr3tXY: 1}",
        "password: much-longer-s3cr3tXY",
        "a: &p s3cr3tXY\npassword: *p",
        "password: *s3cr3tXY",
        "passwd: s3cr3tXY",
        "pasword: s3cr3tXY",
        "{password:s3cr3tXY}",
        "a: 1 # password: s3cr3tXY",
        "a: [\npassword: s3cr3tXY",
        "password: @s3cr3tXY",
        "a: }\npassword:\n  - s3cr3tXY",
        "password: [x,\n  y, @s3cr3tXY",
        "a: \u0001\npassword: s3cr3tXY",
        "url: https://ci:s3cr3tXY@git.example.com/a.git",
        "url: https://s3cr3tXY@git.example.com/a.git",
      })
  void noPasswordIsShown(String text) {
    assertThat(text).contains("s3cr3tXY");
    assertThat(shown(text)).doesNotContain("s3cr3t").contains("*").hasSameSizeAs(text);
    byte[] bytes = ("version: 1\n" + text).getBytes(StandardCharsets.UTF_8);
    assertThat(SpecReader.read(List.of(new SpecReader.SourceFile("a", bytes))).problems())
        .isNotEmpty()
        .noneMatch(problem -> problem.message().contains("s3cr3tXY"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "authentication: {type: pass, password_file: /etc/vipops/secrets/web}",
        "url: ssh://git@git.example.com/a.git",
        "url: git@git.example.com:a.git",
        "health: {passive: true}",
      })
  void whatIsNoPasswordIsShown(String text) {
    assertThat(shown(text)).isEqualTo(text);
  }

  @Test
  void theCaretStaysUnderItsColumn() {
    String line = shown("a: {password: ü😀s3cr3t, port: 1}");
    String[] text =
        ProblemText.format(
                new Problem(Severity.ERROR, "x", new Position("a", 1, 15), "y"), line, false)
            .split("\n", -1);
    assertThat(text[1].charAt(text[2].indexOf('^'))).isEqualTo('*');
  }
}
