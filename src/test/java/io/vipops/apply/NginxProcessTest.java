package io.vipops.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NginxProcessTest {
  /** Only the command is asked for: if this fails, nothing was signalled. */
  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1})
  void noSignalIsMeantForInitAGroupOrEverybody(long pid) {
    assertThatThrownBy(() -> NginxProcess.signalCommand("HUP", pid))
        .isInstanceOf(ApplyFailure.class)
        .hasMessageContaining("process " + pid + " is no nginx master");
  }

  @Test
  void aMasterIsSignalledByItsNumber() throws Exception {
    assertThat(NginxProcess.signalCommand("HUP", 4711)).last().isEqualTo("kill -HUP 4711");
  }
}
