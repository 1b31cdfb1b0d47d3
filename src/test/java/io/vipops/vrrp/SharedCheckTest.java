package io.vipops.vrrp;

import static io.vipops.vrrp.Invariants.SECOND_NS;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What two nodes both look at fails and recovers: each of them sees it first, or both at once. From
 * many seeds, which say when, how often adverts come, and what preempt is.
 */
class SharedCheckTest {
  private static final int SEEDS = 300;

  @ParameterizedTest
  @CsvSource({
    "1,1", "1,0", "1,-1", "0,1", "0,0", "0,-1", "-1,1", "-1,0", "-1,-1",
  })
  void theAddressMovesTwiceAMinuteAtMostAndIsAlwaysHeld(int failsFirst, int recoversFirst) {
    for (int seed = 1; seed <= SEEDS; seed++) {
      try {
        play(new Random(seed * 0x9E3779B97F4A7C15L), failsFirst, recoversFirst, false);
      } catch (AssertionError e) {
        play(new Random(seed * 0x9E3779B97F4A7C15L), failsFirst, recoversFirst, true);
        throw e;
      }
    }
  }

  /**
   * @param failsFirst 1: the better node, -1: the other, 0: both at once, within what an advert
   *     takes
   */
  private static void play(Random random, int failsFirst, int recoversFirst, boolean verbose) {
    boolean zero = random.nextBoolean();
    boolean preempt = random.nextInt(4) != 0;
    long intervalNs = random.nextBoolean() ? SECOND_NS : SECOND_NS / 10;
    long delayNs = preempt ? random.nextInt(3) * 2 * SECOND_NS : 0;
    SimulatedNetwork network = new SimulatedNetwork(random, verbose);
    for (int i = 0; i < 2; i++) {
      InstanceFixture fixture = new InstanceFixture("lb0" + (i + 1)).priority(100 - 10 * i);
      fixture.name = fixture.node;
      fixture.advertInterval = Duration.ofNanos(intervalNs);
      fixture.preempt = preempt;
      fixture.preemptDelay = Duration.ofNanos(delayNs);
      fixture.peer("lb0" + (2 - i), 90 + 10 * i);
      network.nodes.add(
          new VipopsNode(
              network,
              i,
              fixture.instance(),
              (one, standing, ns) -> new VirtualRouter(one, standing)));
    }
    Invariants invariants = new Invariants(network);
    invariants.bothActiveNs = intervalNs + Invariants.SLACK_NS;
    network.nodes.forEach(node -> network.at(0, node::start));
    network.runUntil(10 * intervalNs + delayNs, invariants::observe);
    SimulatedNode better = network.nodes.get(0);
    SimulatedNode other = network.nodes.get(1);
    invariants.forgetMoves();
    invariants.noHolderNs = 0;
    invariants.movesPerMinute = 2;
    long failNs = network.nowNs() + 1;
    long recoverNs = failNs + 5 * SECOND_NS + random.nextInt(20) * SECOND_NS;
    one(network, zero, failsFirst < 0 ? other : better, failNs, 1);
    one(network, zero, failsFirst < 0 ? better : other, failNs + gap(random, failsFirst), 1);
    one(network, zero, recoversFirst < 0 ? other : better, recoverNs, -1);
    long lastNs = recoverNs + gap(random, recoversFirst);
    one(network, zero, recoversFirst < 0 ? better : other, lastNs, -1);
    network.runUntil(failNs + 180 * SECOND_NS, invariants::observe);
  }

  private static long gap(Random random, int first) {
    long most = first == 0 ? SECOND_NS / 500 : 5 * SECOND_NS;
    return (long) (random.nextDouble() * most);
  }

  private static void one(
      SimulatedNetwork network, boolean zero, SimulatedNode node, long atNs, int by) {
    Runnable change = zero ? () -> node.failed += by : () -> node.lowered += by;
    network.at(atNs, () -> node.conditions(change));
  }
}
