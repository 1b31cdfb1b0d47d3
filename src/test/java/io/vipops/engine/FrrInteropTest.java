package io.vipops.engine;

import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rows of the matrix in which the other one is FRR's vrrpd. Those of version 2 wait out whole
 * seconds, several at once.
 */
@Tag("root")
class FrrInteropTest {
  @TempDir Path folder;

  private static VrrpPeer.Setting frr(int version, boolean ipv6, boolean preempt) {
    int intervalMs = version == 2 ? 1000 : 100;
    return new VrrpPeer.Setting(VrrpPeer.Kind.FRR, version, ipv6, preempt, 90, intervalMs);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withPreemptTheHigherPriorityIsActiveWhoeverStopsIsKilledOrReloads(boolean ipv6)
      throws Exception {
    InteropCourse.preempt(frr(3, ipv6, true), folder);
  }

  @Test
  @Execution(CONCURRENT)
  void inVersion2WithPreemptTheHigherPriorityIsActiveWhoeverStopsIsKilledOrReloads()
      throws Exception {
    InteropCourse.preempt(frr(2, false, true), folder);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withoutPreemptWhoIsActiveStaysSoUntilItStopsOrIsKilled(boolean ipv6) throws Exception {
    InteropCourse.noPreempt(frr(3, ipv6, false), folder);
  }

  @Test
  @Execution(CONCURRENT)
  void inVersion2WithoutPreemptWhoIsActiveStaysSoUntilItStopsOrIsKilled() throws Exception {
    InteropCourse.noPreempt(frr(2, false, false), folder);
  }
}
