package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Seeds of {@link SimulatedRun}, a few hundred or {@code -Dsimulation.runs=N}, on all processors. A
 * failure prints its seed and everything that happened; {@code -Dsimulation.seed=N} plays that one
 * alone.
 */
class SimulationTest {
  private static final int RUNS = Integer.getInteger("simulation.runs", 400);

  @Test
  void everySeedKeepsWhatIsPromised() {
    Long only = Long.getLong("simulation.seed");
    if (only != null) {
      explain(only);
      return;
    }
    long beganNs = System.nanoTime();
    AtomicLong adverts = new AtomicLong();
    long[] failed =
        LongStream.rangeClosed(1, RUNS).parallel().filter(seed -> fails(seed, adverts)).toArray();
    if (failed.length > 0) {
      System.out.println(
          failed.length
              + " seeds failed, the first are "
              + Arrays.toString(Arrays.copyOf(failed, Math.min(failed.length, 20))));
      explain(failed[0]);
      throw new AssertionError("seed " + failed[0] + " failed, and not the second time");
    }
    System.out.printf(
        "%d seeds, %d adverts, %.1f s%n", RUNS, adverts.get(), (System.nanoTime() - beganNs) / 1e9);
  }

  @Test
  void theSameSeedTellsTheSameStory() {
    for (long seed = 1; seed <= 8; seed++) {
      assertThat(new SimulatedRun(seed, false).play())
          .isEqualTo(new SimulatedRun(seed, true).play());
    }
  }

  private static boolean fails(long seed, AtomicLong adverts) {
    try {
      adverts.addAndGet(new SimulatedRun(seed, false).play());
      return false;
    } catch (AssertionError | RuntimeException e) {
      return true;
    }
  }

  /** Once more, with everything written down. */
  private static void explain(long seed) {
    SimulatedRun run = new SimulatedRun(seed, true);
    String title = "-Dsimulation.seed=" + seed + ": " + run;
    try {
      int adverts = run.play();
      System.out.println(title + ": " + adverts + " adverts, all is well");
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(title + "\n" + e.getMessage(), e);
    }
  }
}
