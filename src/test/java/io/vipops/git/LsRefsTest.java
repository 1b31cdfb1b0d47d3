package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LsRefsTest {
  private static final String SHA = "0123456789abcdef0123456789abcdef01234567";

  private static LsRefs.Answer read(String text) {
    return LsRefs.read(text.getBytes(StandardCharsets.UTF_8), "refs/heads/main");
  }

  private static String line(String text) {
    return "%04x%s".formatted(text.length() + 4, text);
  }

  @Test
  void onlyTheBranchItselfCounts() {
    String longer = line("f".repeat(40) + " refs/heads/main2\n");
    assertThat(read(line(SHA + " refs/heads/main\n") + longer + "0000").sha()).isEqualTo(SHA);
    assertThat(read(longer + "0000").sha()).isNull();
    assertThat(read("0000").sha()).isNull();
  }

  @Test
  void whatIsNoListOfRefsIsNoAnswer() {
    assertThat(read("")).isNull();
    assertThat(read("<html>")).isNull();
    assertThat(read(line("ERR no") + "0000")).isNull();
    assertThat(read(line(SHA + " refs/heads/main\n"))).as("cut off").isNull();
    assertThat(read("0001" + "0000")).isNull();
    assertThat(read("ffff" + SHA + " refs/heads/main\n0000")).isNull();
  }
}
