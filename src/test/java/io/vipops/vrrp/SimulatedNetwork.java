package io.vipops.vrrp;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Nodes on one LAN under one virtual clock. What becomes of each packet comes from one seed: it is
 * lost, late, doubled, overtaken, or kept from one node by a partition.
 */
final class SimulatedNetwork {
  private static final int MILLISECOND_NS = 1_000_000;

  private record Event(long atNs, long number, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNs, other.atNs);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  final List<SimulatedNode> nodes = new ArrayList<>();
  final Random random;

  /** Whether {@link #log} is kept; it costs more than everything else. */
  final boolean verbose;

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final int[][] lostInARow = new int[8][8];
  private final long[][] arrivedNs = new long[8][8];
  private final int[][] cuts = new int[8][8];
  private final List<String> log = new ArrayList<>();

  private long nowNs;
  private long eventCount;
  double loss;

  /** How many packets come twice, and how many so late that later ones overtake them. */
  double doubled;

  double overtaken;
  long overtakenByNs;

  /** More than that in a row is no loss but a partition. */
  int mostLostInARow;

  SimulatedNetwork(Random random, boolean verbose) {

    this.random = random;
    this.verbose = verbose;
  }

  long nowNs() {
    return nowNs;
  }

  void at(long atNs, Runnable action) {
    events.add(new Event(atNs, eventCount++, action));
  }

  /** Runs everything up to {@code untilNs}, calling {@code observer} after each event. */
  void runUntil(long untilNs, Runnable observer) {
    while (!events.isEmpty() && events.peek().atNs <= untilNs) {
      Event event = events.remove();
      nowNs = event.atNs;
      event.action.run();
      observer.run();
    }
    nowNs = untilNs;
  }

  void send(SimulatedNode from, Advertisement advert) {
    for (SimulatedNode to : nodes) {
      if (to != from && connected(from, to) && !loses(from.index, to.index)) {
        arrive(advert, from, to);
        if (random.nextDouble() < doubled) {
          arrive(advert, from, to);
        }
      }
    }
  }

  private void arrive(Advertisement advert, SimulatedNode from, SimulatedNode to) {
    long delayNs = 50_000 + random.nextInt(3 * MILLISECOND_NS);
    long atNs = Math.max(nowNs + delayNs, arrivedNs[from.index][to.index]);
    if (random.nextDouble() < overtaken) {
      atNs += (long) (random.nextDouble() * overtakenByNs);
    } else {
      arrivedNs[from.index][to.index] = atNs;
    }
    at(atNs, () -> to.receive(advert, from));
  }

  private boolean loses(int from, int to) {
    boolean lost = lostInARow[from][to] < mostLostInARow && random.nextDouble() < loss;
    lostInARow[from][to] = lost ? lostInARow[from][to] + 1 : 0;
    return lost;
  }

  /** How late a timer fires: mostly a little. */
  long latenessNs() {
    return random.nextInt(MILLISECOND_NS);
  }

  /** Cuts one way, or mends one such cut; several may lie over each other. */
  void cut(SimulatedNode from, SimulatedNode to, int by) {
    cuts[from.index][to.index] += by;
  }

  /** Whether packets go this way. */
  boolean connected(SimulatedNode from, SimulatedNode to) {
    return cuts[from.index][to.index] == 0;
  }

  void log(String line) {
    log.add(Reasons.seconds(nowNs) + " " + line);
  }

  void fail(String problem) {
    throw new AssertionError(
        problem + " at " + Reasons.seconds(nowNs) + "\n" + String.join("\n", log));
  }
}
