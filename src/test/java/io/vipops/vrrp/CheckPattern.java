package io.vipops.vrrp;

import java.util.Random;

/** One check that fails and recovers, again and again, on one node or on all of them. */
final class CheckPattern {
  private final SimulatedNetwork network;
  private final Random random;
  private final boolean weightZero;

  CheckPattern(SimulatedNetwork network, Random random, boolean weightZero) {
    this.network = network;
    this.random = random;
    this.weightZero = weightZero;
  }

  /** A node of its own: from ten times a second to once a minute. */
  void alone(SimulatedNode node, long fromNs, long untilNs) {
    double fast = Math.pow(10, random.nextDouble() * 2.8 - 1);
    boolean failing = false;
    for (long atNs = fromNs; atNs < untilNs; atNs += wait(fast)) {
      failing = !failing;
      change(node, atNs, failing ? 1 : -1);
    }
    if (failing) {
      change(node, untilNs, -1);
    }
  }

  /** What all of them look at fails: each sees each outage, in any order. */
  void shared(long fromNs, long untilNs) {
    double fast = Math.pow(10, random.nextDouble() * 2 - 0.5);
    long atNs = fromNs;
    while (true) {
      long downNs = atNs + 2 * wait(fast);
      long upNs = downNs + 1 + 2 * wait(fast);
      if (upNs >= untilNs) {
        return;
      }
      for (SimulatedNode node : network.nodes) {
        change(node, atNs + (long) (random.nextDouble() * (downNs - atNs)), 1);
        change(node, downNs + (long) (random.nextDouble() * (upNs - downNs)), -1);
      }
      atNs = upNs + 1;
    }
  }

  private long wait(double seconds) {
    return 1 + (long) (2 * random.nextDouble() * seconds * Invariants.SECOND_NS);
  }

  private void change(SimulatedNode node, long atNs, int by) {
    network.at(
        atNs,
        () ->
            node.conditions(
                () -> {
                  if (weightZero) {
                    node.failed += by;
                  } else {
                    node.lowered += by;
                  }
                }));
  }
}
