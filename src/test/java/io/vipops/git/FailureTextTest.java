package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FailureTextTest {
  @Test
  void aTokenInTheUserPartOfAUrlIsNotShown() {
    assertThat(FailureText.why(new IOException("https://t0ken@git.example/a.git: 500 Oops")))
        .isEqualTo("https://git.example/a.git: 500 Oops");
    assertThat(FailureText.why(new IOException("cannot open https://u:p%40@ss@git.example/a@b")))
        .isEqualTo("cannot open https://git.example/a@b");
  }
}
