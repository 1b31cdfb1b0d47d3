package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.linux.Processes;
import io.vipops.linux.UnixConnection.Peer;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlAccessTest {
  private static final int VIPOPS = 990;
  private static final int STRANGER = 4_000_000;

  private final ControlAccess access = new ControlAccess(VIPOPS);

  private static Peer stranger(Integer... groups) {
    return new Peer(7, STRANGER, Set.of(groups));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sync",
        "pause",
        "resume",
        "retry",
        "rollback",
        "accept-rewrite",
        "drain",
        "undrain",
        "restart",
        "a-command-of-the-future"
      })
  void whatChangesSomethingTakesRootOrTheGroup(String command) {
    assertThat(access.refusal(new Peer(7, 0, Set.of(0)), command)).isNull();
    assertThat(access.refusal(stranger(STRANGER, VIPOPS), command)).isNull();
    assertThat(access.refusal(new Peer(7, Processes.ownUser(), Set.of(1)), command)).isNull();
    assertThat(access.refusal(stranger(STRANGER, 0), command))
        .isEqualTo(
            "only root and members of group vipops may "
                + command
                + "; you are a user without a name (uid 4000000, pid 7), who may only see status and"
                + " history (root can change that: usermod -aG vipops USER)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "history"})
  void whoeverMayOpenTheSocketMayLook(String command) {
    assertThat(access.refusal(stranger(STRANGER), command)).isNull();
  }

  @Test
  void withoutTheGroupOnlyRootMayChangeSomething() {
    ControlAccess alone = new ControlAccess(null);
    assertThat(alone.refusal(stranger(STRANGER, VIPOPS), "drain")).isNotNull();
    assertThat(alone.refusal(new Peer(7, 0, Set.of(0)), "drain")).isNull();
  }

  @Test
  void aNameThatIsNoneComesIntoNoLog() {
    assertThat(access.refusal(stranger(), "drain\n10:00:00 INFO  control: drain by root"))
        .hasLineCount(1)
        .contains("may an unknown command");
  }
}
