package io.vipops.vrrp;

import java.util.Random;

/** What goes wrong on a node for a while; one trouble may begin before another is over. */
final class Troubles {
  private final SimulatedNetwork network;
  private final Random random;
  private final SimulatedRun.Kind kind;

  Troubles(SimulatedNetwork network, Random random, SimulatedRun.Kind kind) {
    this.network = network;
    this.random = random;
    this.kind = kind;
  }

  /** Plans troubles for one node, all over before {@code endNs}; returns how many. */
  int inject(SimulatedNode node, long intervalNs, long endNs) {
    int count = 0;
    long atNs = span(10 * intervalNs);
    while (atNs < endNs - 8 * intervalNs) {
      long lastsNs = span(8 * intervalNs);
      one(node, atNs, atNs + lastsNs);
      atNs += lastsNs / 2 + span(12 * intervalNs);
      count++;
    }
    return count;
  }

  private void one(SimulatedNode node, long fromNs, long untilNs) {
    boolean foreign = node instanceof ForeignNode;
    switch (random.nextInt(kind == SimulatedRun.Kind.STOPS ? 3 : 11)) {
      case 0 -> between(fromNs, untilNs, node::pause, node::resume);
      case 1 -> between(fromNs, untilNs, foreign ? node::powerOff : node::kill, node::start);
      case 2 -> between(fromNs, untilNs, node::stop, node::start);
      case 3 -> condition(node, fromNs, untilNs, () -> node.lowered++, () -> node.lowered--);
      case 4 -> condition(node, fromNs, untilNs, () -> node.failed++, () -> node.failed--);
      case 5 -> condition(node, fromNs, untilNs, () -> node.drained++, () -> node.drained--);
      case 6 -> condition(node, fromNs, untilNs, () -> node.unready++, () -> node.unready--);
      case 7 -> between(fromNs, untilNs, () -> isolate(node, 1), () -> isolate(node, -1));
      case 8 -> oneWay(node, fromNs, untilNs);
      case 9 -> sharedCheck(fromNs, untilNs);
      default -> between(fromNs, untilNs, () -> link(node, 1), () -> link(node, -1));
    }
  }

  /** The same check fails on every node, a little earlier or later. */
  private void sharedCheck(long fromNs, long untilNs) {
    boolean weightZero = random.nextBoolean();
    for (SimulatedNode node : network.nodes) {
      long lateNs = span((untilNs - fromNs) / 2);
      if (weightZero) {
        condition(node, fromNs + lateNs, untilNs, () -> node.failed++, () -> node.failed--);
      } else {
        condition(node, fromNs + lateNs, untilNs, () -> node.lowered++, () -> node.lowered--);
      }
    }
  }

  private void condition(
      SimulatedNode node, long fromNs, long untilNs, Runnable begin, Runnable end) {
    between(fromNs, untilNs, () -> node.conditions(begin), () -> node.conditions(end));
  }

  private void isolate(SimulatedNode node, int by) {
    for (SimulatedNode other : network.nodes) {
      network.cut(node, other, by);
      network.cut(other, node, by);
    }
  }

  private void oneWay(SimulatedNode from, long fromNs, long untilNs) {
    SimulatedNode to = network.nodes.get(random.nextInt(network.nodes.size()));
    between(fromNs, untilNs, () -> network.cut(from, to, 1), () -> network.cut(from, to, -1));
  }

  private void link(SimulatedNode node, int by) {
    isolate(node, by);
    node.noCarrier += by;
    node.onCarrier();
  }

  private void between(long fromNs, long untilNs, Runnable begin, Runnable end) {
    network.at(fromNs, begin);
    network.at(untilNs, end);
  }

  private long span(long mostNs) {
    return (long) (random.nextDouble() * mostNs);
  }
}
