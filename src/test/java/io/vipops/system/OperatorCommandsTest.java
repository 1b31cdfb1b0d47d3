package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the person on call types at night, and what comes back: a line and an exit code. */
@Tag("root")
class OperatorCommandsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private Cluster cluster;

  private String said(int code, String... command) throws Exception {
    Cluster.Outcome outcome = cluster.vipops("lb01", command);
    assertThat(outcome.code()).as(outcome.output()).isEqualTo(code);
    assertThat(outcome.output()).doesNotContain("\tat ");
    return outcome.output();
  }

  @Test
  void rollbackPauseAndResumeSayWhatTheyDidAndStatusWhatHolds() throws Exception {
    try (Cluster open = Cluster.create(folder)) {
      cluster = open;
      cluster.configure("lb01", cluster.url(), "1h");
      assertThat(said(2, "rollback")).contains("no agent answers");
      assertThat(said(2, "status")).contains("no agent answers");
      cluster.push("first", Specs.classic(1));
      cluster.startAgent("lb01");
      Await.until("a worker", LIMIT, () -> !cluster.status("lb01", "generation.id").isEmpty());
      assertThat(said(0, "sync")).contains("(commit ");
      String first = cluster.status("lb01", "generation.id");
      assertThat(said(1, "rollback"))
          .contains(
              "no generation was applied before " + first, "refused; what was in force stays");
      cluster.push("second", Specs.classic(2));
      assertThat(said(0, "sync")).contains("applied ", "by Ada: second");
      String second = cluster.status("lb01", "generation.id");

      assertThat(said(1, "rollback", "ffff"))
          .contains("no kept generation begins with 'ffff'", first + "  commit ");
      assertThat(said(3, "rollback", first, second)).contains("Unmatched argument");
      assertThat(said(0, "rollback", first.substring(0, 6)))
          .contains("rolled back to " + first, "1 reload; pinned to generation " + first);
      assertThat(said(1, "status")).contains("pinned to generation " + first);
      assertThat(said(0, "history", "-n", "2"))
          .contains("rolled back", "by vipops rollback", "second");
      assertThat(said(3, "history", "-n", "101")).contains("1 to 100");
      assertThat(said(0, "resume")).contains("generation " + first + " is no longer pinned");
      Await.until(
          "the branch", LIMIT, () -> cluster.status("lb01", "generation.id").equals(second));

      assertThat(said(0, "pause")).contains("until vipops resume");
      String third = cluster.push("third", Specs.classic(3));
      assertThat(said(1, "sync")).contains("paused: vipops resume lets commits in again");
      assertThat(said(1, "status")).contains("paused");
      assertThat(said(0, "history")).contains("! paused since ");
      assertThat(said(0, "resume")).contains("resumed");
      Await.until("the third", LIMIT, () -> cluster.proven("lb01", third));
    }
  }
}
