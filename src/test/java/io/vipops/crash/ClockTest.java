package io.vipops.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host whose clock jumps, by a reset or a bad time server: nothing depends on it. */
@Tag("root")
class ClockTest {
  private static final Duration YEAR = Duration.ofDays(365);

  @TempDir Path folder;

  @Test
  void aClockThatJumpsEitherWayHoldsNothingUp() throws Exception {
    try (CrashNode node = new CrashNode(folder)) {
      WorkerCrash worker = WorkerCrash.start(node);
      node.awaitActive();
      long removals = vipRemovals(node);
      for (Duration ahead : List.of(YEAR.negated(), YEAR, YEAR.negated(), Duration.ZERO)) {
        node.seam.setClockAhead(ahead);
        String commit = worker.push(false);
        worker.sync("applied");
        assertInForce(node, commit);
        Instant said = Instant.parse(lastPass(node).get("at").toString());
        assertThat(Duration.between(said, Instant.now().plus(ahead)).abs())
            .as("the processes have the clock")
            .isLessThan(Duration.ofHours(1));
        assertThat(lastPass(node).get("commit")).isEqualTo(commit);
      }
      assertThat(vipRemovals(node)).as("the VIP stayed").isEqualTo(removals);

      node.seam.setClockAhead(YEAR.negated());
      String left = worker.last();
      assertThat(node.ask("rollback").get("outcome")).isEqualTo("rolled_back");
      String back = Truth.commit(node);
      assertThat(back).isNotEqualTo(left);
      node.hideRepository();
      node.restartAgent();
      worker.sync("failed");
      node.awaitActive();
      assertInForce(node, back);
      node.showRepository();
      worker.push(false);
      worker.sync("applied");
      assertInForce(node, worker.last());
    }
  }

  private static void assertInForce(CrashNode node, String commit) throws Exception {
    assertThat(new Truth(node).oneWholeGeneration(Set.of(commit)).settled().wrong()).isEmpty();
  }

  private static long vipRemovals(CrashNode node) {
    return node.removals().stream().filter(it -> it.contains(" " + Change.VIP + "/")).count();
  }

  private static Map<?, ?> lastPass(CrashNode node) throws Exception {
    return (Map<?, ?>) ((List<?>) node.ask("history").get("passes")).get(0);
  }
}
