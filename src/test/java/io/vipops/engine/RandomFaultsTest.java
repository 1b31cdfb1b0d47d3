package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.engine.FaultPlan.Fault;
import io.vipops.lab.Await;
import io.vipops.lab.Lab;
import io.vipops.lab.LabHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten virtual routers on three hosts, and everything goes wrong at random; between rounds of faults
 * it is quiet. What holds is judged by what the kernels say of addresses and what tcpdump hears on
 * each host, never by what an engine says of itself.
 *
 * <p>What the promises assume: one host of the three is whole at any time, but for checks, operator
 * and commits; who is cut off or loses packets may hold an address beside another meanwhile; what a
 * killed or frozen engine leaves lasts for its lease. {@code -Dvipops.seed=N} repeats the list of
 * faults; the rest is the machine's.
 */
@Tag("root")
class RandomFaultsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long SECOND_US = 1_000_000;

  /** For how long it is looked at while nothing is wrong. */
  private static final long STEADY_US = 2 * SECOND_US;

  private static final Duration LENGTH =
      Duration.ofMinutes(
          Long.getLong("vipops.minutes", Boolean.getBoolean("vipops.soak") ? 60 : 3));

  @TempDir Path folder;

  private final long seed = Long.getLong("vipops.seed", System.nanoTime());
  private Lab lab;
  private List<FaultyHost> hosts;
  private FaultEvidence evidence;
  private FaultDriver driver;
  private FaultInvariants invariants;
  private QuietInvariants quiet;

  private void build() throws Exception {
    lab = Lab.create();
    List<LabHost> made = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      made.add(lab.host(FaultyHost.NAMES.get(i), FaultyHost.address(i) + "/24"));
    }
    hosts = FaultyHost.three(made);
    evidence = new FaultEvidence(hosts, folder);
    driver = new FaultDriver(hosts);
    invariants = new FaultInvariants(evidence, driver);
    quiet = new QuietInvariants(evidence);
  }

  @AfterEach
  void tearDown() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Timeout(value = 150, unit = TimeUnit.MINUTES)
  void threeHostsKeepTenVirtualRoutersThroughWhateverHappens() throws Exception {
    System.out.println("seed " + seed + " (again: -Dvipops.seed=" + seed + ")");
    build();
    startAll();
    FaultPlan plan = new FaultPlan(seed);
    long beganUs = FaultyHost.nowUs();
    long toldUs = beganUs;
    int faults = 0;
    for (int round = 1; FaultyHost.nowUs() - beganUs < LENGTH.toMillis() * 1000; round++) {
      List<Fault> these = plan.round();
      faults += these.size();
      long fromUs = FaultyHost.nowUs();
      List<String> wrong = new ArrayList<>();
      try {
        wrong.addAll(play(these));
      } catch (AssertionError | CompletionException e) {
        wrong.add(e + ": " + e.getCause());
      }
      String title = "seed %d, round %d: ".formatted(seed, round);
      assertThat(wrong).as(title + (wrong.isEmpty() ? "" : explain(these, fromUs))).isEmpty();
      if (FaultyHost.nowUs() - toldUs >= 60 * SECOND_US) {
        toldUs = FaultyHost.nowUs();
        System.out.println(figures(faults, toldUs - beganUs));
      }
    }
    stopAll();
    assertDeletedAddressesReturnAtOnce();
    System.out.println(
        "random faults, seed " + seed + ": " + figures(faults, FaultyHost.nowUs() - beganUs));
  }

  /** The first look: every router is on the host that is best for it, where it may preempt. */
  private void startAll() throws Exception {
    CompletableFuture.allOf(
            hosts.stream()
                .map(it -> CompletableFuture.runAsync(() -> start(it)))
                .toArray(CompletableFuture[]::new))
        .join();
    for (FaultyRouter router : FaultyRouter.TEN) {
      Await.until(
          router + " on one host, its best if it preempts",
          SOON,
          () -> {
            List<FaultyHost> holders = holders(router);
            return holders.size() == 1
                && (!router.preempt() || holders.get(0).index == router.best());
          });
    }
  }

  private static void start(FaultyHost host) {
    try {
      host.start();
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  private List<FaultyHost> holders(FaultyRouter router) throws Exception {
    List<FaultyHost> holders = new ArrayList<>();
    for (FaultyHost it : hosts) {
      if (it.host.holds(router.addresses().get(0))) {
        holders.add(it);
      }
    }
    return holders;
  }

  /** One round and the quiet time after it; returns what did not hold. */
  private List<String> play(List<Fault> faults) throws Exception {
    long fromUs = FaultyHost.nowUs();
    driver.play(faults);
    long quietUs = FaultyHost.nowUs() + QuietInvariants.boundUs();
    long untilUs = quietUs + STEADY_US;
    Await.until("a quiet time", SOON, () -> FaultyHost.nowUs() > untilUs + SECOND_US / 2);
    evidence.catchUp();
    int losses = (int) faults.stream().filter(it -> it.kind() == FaultPlan.Kind.LOSS).count();
    Spans.Span round = new Spans.Span(fromUs, untilUs);
    List<String> wrong = new ArrayList<>(invariants.check(round, faults.size(), losses));
    wrong.addAll(quiet.check(new Spans.Span(quietUs, untilUs)));
    hosts.stream().filter(it -> !it.isAlive()).forEach(it -> wrong.add(it.name() + " ended"));
    evidence.forget(fromUs);
    driver.forget(fromUs);
    return wrong;
  }

  private void stopAll() throws Exception {
    for (FaultyHost it : hosts) {
      it.stop();
    }
    for (FaultyHost it : hosts) {
      for (FaultyRouter router : FaultyRouter.TEN) {
        for (String address : router.allAddresses()) {
          assertThat(it.host.holds(address)).as(address + " after the end").isFalse();
        }
      }
    }
  }

  /** Most of them: the renewal of its lease would put an address back too, within a second. */
  private void assertDeletedAddressesReturnAtOnce() {
    List<Long> took = invariants.restoredUs.stream().sorted().toList();
    System.out.println("deleted addresses were back after so many µs: " + took);
    if (took.size() > 2) {
      assertThat(took.get(took.size() / 2)).isLessThan(300_000);
    }
  }

  private String figures(int faults, long us) {
    return "%d s, %d faults, %d moves; longest with nobody %.2f s, on two %.2f s (%.2f s while both could act and hear), held in silence %.2f s; the best serves in %d of %d quiet looks"
        .formatted(
            us / SECOND_US,
            faults,
            invariants.moves,
            invariants.longestNobodyUs / 1e6,
            invariants.longestBothUs / 1e6,
            invariants.longestBlamedUs / 1e6,
            invariants.longestSilentUs / 1e6,
            quiet.best,
            quiet.looks);
  }

  private String explain(List<Fault> faults, long fromUs) {
    StringBuilder text = new StringBuilder("the faults\n");
    faults.forEach(it -> text.append(it).append('\n'));
    hosts.forEach(it -> text.append(it.story(fromUs)));
    return text.toString();
  }
}
