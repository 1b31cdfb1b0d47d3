package io.vipops.vrrp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/** Nodes on one LAN under one virtual clock: loss, delay and partitions come from one seed. */
final class SimulatedNetwork {
  private static final long MILLISECOND_NS = 1_000_000L;

  private record Event(long atNs, long number, Runnable action) {}

  private record Link(SimulatedNode from, SimulatedNode to) {}

  final List<SimulatedNode> nodes = new ArrayList<>();
  final Random random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atNs).thenComparing(Event::number));
  private final Map<Link, Integer> lostInARow = new HashMap<>();
  private final Set<SimulatedNode> cutOff = new HashSet<>();
  private final List<String> log = new ArrayList<>();
  private final String title;
  private long nowNs;
  private long eventCount;
  double loss;

  /** More than that in a row is no loss but a partition. */
  int mostLostInARow;

  SimulatedNetwork(String title, Random random) {
    this.title = title;
    this.random = random;
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

  void send(SimulatedNode from, Effect.Advertise said) {
    Instance i = from.instance;
    Advertisement advert =
        new Advertisement(
            i.version(),
            i.virtualRouterId(),
            said.priority(),
            said.maxAdvertiseInterval(),
            i.virtualAddresses().stream().map(a -> a.prefix().address()).toList());
    for (SimulatedNode to : nodes) {
      if (to != from && connected(from, to) && !loses(new Link(from, to))) {
        at(
            nowNs + 50_000 + random.nextInt((int) (3 * MILLISECOND_NS)),
            () -> to.receive(advert, from));
      }
    }
  }

  private boolean loses(Link link) {
    int inARow = lostInARow.getOrDefault(link, 0);
    boolean lost = inARow < mostLostInARow && random.nextDouble() < loss;
    lostInARow.put(link, lost ? inARow + 1 : 0);
    return lost;
  }

  /** How late a timer fires: mostly a little. */
  long latenessNs() {
    return random.nextInt((int) MILLISECOND_NS);
  }

  void cutOff(SimulatedNode node) {
    cutOff.add(node);
  }

  void reconnect(SimulatedNode node) {
    cutOff.remove(node);
  }

  boolean connected(SimulatedNode a, SimulatedNode b) {
    return !cutOff.contains(a) && !cutOff.contains(b);
  }

  void log(String line) {
    log.add(Reasons.seconds(nowNs) + " " + line);
  }

  void fail(String problem) {
    throw new AssertionError(
        problem + " at " + Reasons.seconds(nowNs) + ", " + title + "\n" + String.join("\n", log));
  }
}
