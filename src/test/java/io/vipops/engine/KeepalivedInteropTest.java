package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rows of the matrix in which the other one is keepalived. Those of version 2 wait out whole
 * seconds, several at once.
 */
@Tag("root")
class KeepalivedInteropTest {
  @TempDir Path folder;

  private static VrrpPeer.Setting keepalived(int version, boolean ipv6, boolean preempt) {
    int intervalMs = version == 2 ? 1000 : 100;
    return new VrrpPeer.Setting(VrrpPeer.Kind.KEEPALIVED, version, ipv6, preempt, 90, intervalMs);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withPreemptTheHigherPriorityIsActiveWhoeverStopsIsKilledOrReloads(boolean ipv6)
      throws Exception {
    InteropCourse.preempt(keepalived(3, ipv6, true), folder);
  }

  @Test
  @Execution(CONCURRENT)
  void inVersion2WithPreemptTheHigherPriorityIsActiveWhoeverStopsIsKilledOrReloads()
      throws Exception {
    InteropCourse.preempt(keepalived(2, false, true), folder);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withoutPreemptWhoIsActiveStaysSoUntilItStopsOrIsKilled(boolean ipv6) throws Exception {
    InteropCourse.noPreempt(keepalived(3, ipv6, false), folder);
  }

  @Test
  @Execution(CONCURRENT)
  void inVersion2WithoutPreemptWhoIsActiveStaysSoUntilItStopsOrIsKilled() throws Exception {
    InteropCourse.noPreempt(keepalived(2, false, false), folder);
  }

  @Test
  void toTheMessageFormOfTheChecksumItIsDeafSoBothAreActiveAndWeSayWhy() throws Exception {
    bothActive(
        keepalived(3, false, true),
        "10.0.0.52 uses the pseudo-header form of the checksum, and we the other",
        "checksum=message");
  }

  @Test
  @Execution(CONCURRENT)
  void anotherIntervalOfVersion2IsDiscardedByBothSoBothAreActiveAndWeSayWhy() throws Exception {
    bothActive(
        keepalived(2, false, true),
        "adverts from 10.0.0.52 are discarded: interval",
        "lease=6",
        "interval_ms=2000");
  }

  @Test
  void toAnotherNumberOfAddressesItIsDeafSoBothAreActiveAndWeSayWhy() throws Exception {
    bothActive(
        keepalived(3, false, true),
        "10.0.0.52 advertises other virtual addresses than ours",
        "vips=10.0.0.50/24,10.0.0.60/24");
  }

  private void bothActive(VrrpPeer.Setting setting, String told, String... ours) throws Exception {
    try (InteropRow row = new InteropRow(setting, folder)) {
      row.startUs(100, ours);
      Pair.awaitOutput(row.us(), told);
      row.bothStayActive();
      assertThat(row.heard.forms(true)).doesNotContain(HeardAdverts.Form.BAD);
      row.print(String.join(" ", ours) + ": both Active, as the protocol has it; told: " + told);
    }
  }
}
