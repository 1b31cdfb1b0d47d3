package io.vipops.vrrp;

import static io.vipops.vrrp.Invariants.SECOND_NS;
import static io.vipops.vrrp.Invariants.SLACK_NS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Everything that one seed stands for: some nodes, a time of troubles, then quiet. */
final class SimulatedRun {
  /** What kind of troubles there are. */
  enum Kind {
    /** Everything, our nodes only. */
    CHAOS,
    /** Everything, and other implementations among ours. */
    MIXED,
    /** Processes that stop; nothing is lost. */
    STOPS,
    /** Checks that fail on single nodes and on all of them; nothing else is wrong. */
    CHECKS
  }

  final Kind kind;
  final SimulatedNetwork network;
  private final VipopsNode.Maker maker;
  private final Random random;
  private final Invariants invariants;
  private final int version;
  private final boolean preempt;
  private final long preemptDelayNs;
  private final boolean zero;
  private int injected;
  private long slowestNs;
  private long fastestNs = Long.MAX_VALUE;

  SimulatedRun(long seed, boolean verbose) {
    this(seed, verbose, (instance, standing, nowNs) -> new VirtualRouter(instance, standing));
  }

  SimulatedRun(long seed, boolean verbose, VipopsNode.Maker maker) {
    this.maker = maker;
    random = new Random(seed * 0x9E3779B97F4A7C15L);
    kind = Kind.values()[(int) Math.floorMod(seed, 4L)];
    version = random.nextInt(4) == 0 ? 2 : 3;
    preempt = random.nextInt(4) != 0;
    preemptDelayNs = preempt ? random.nextInt(3) * 2 * SECOND_NS : 0;
    zero = random.nextBoolean();
    int count = 2 + random.nextInt(kind == Kind.CHECKS ? 2 : 3);
    network = new SimulatedNetwork(random, verbose);
    addNodes(count);
    invariants = new Invariants(network);
  }

  /** What is being simulated, for the person who looks for what went wrong. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(kind).append(", version ").append(version);
    text.append(", preempt_delay ").append(Reasons.seconds(preemptDelayNs));
    for (SimulatedNode node : network.nodes) {
      Instance i = node.instance;
      text.append("; ").append(i.name()).append(node instanceof ForeignNode ? " foreign " : " ");
      text.append(i.priority()).append(" every ");
      text.append(Reasons.seconds(i.advertInterval().toNanos()));
      text.append(i.preempt() ? "" : " nopreempt");
    }
    return text.toString();
  }

  private void addNodes(int count) {
    long common = version == 3 && random.nextBoolean() ? SECOND_NS / 10 : SECOND_NS;
    boolean differ = version == 3 && kind != Kind.CHECKS && random.nextInt(4) == 0;
    boolean tie = kind == Kind.CHAOS && random.nextInt(8) == 0;
    List<Integer> priorities = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      priorities.add(tie ? 100 : 100 - 10 * i);
    }
    Collections.shuffle(priorities, random);
    for (int i = 0; i < count; i++) {
      long intervalNs = differ && random.nextBoolean() ? SECOND_NS / 2 : common;
      boolean foreign = kind == Kind.MIXED && (i == 0 || (i > 1 && random.nextBoolean()));
      boolean preempts = foreign ? random.nextInt(4) != 0 : preempt;
      Instance instance = instance(i, priorities, intervalNs, preempts);
      ForeignNode.Dialect[] dialects = ForeignNode.Dialect.values();
      network.nodes.add(
          foreign
              ? new ForeignNode(network, i, instance, dialects[random.nextInt(dialects.length)])
              : new VipopsNode(network, i, instance, maker));
      slowestNs = Math.max(slowestNs, intervalNs);
      fastestNs = Math.min(fastestNs, intervalNs);
    }
  }

  private Instance instance(
      int index, List<Integer> priorities, long intervalNs, boolean preempts) {
    InstanceFixture fixture = new InstanceFixture("lb0" + (index + 1)).version(version);
    fixture.name = fixture.node;
    fixture.priority = priorities.get(index);
    fixture.advertInterval = Duration.ofNanos(intervalNs);
    fixture.preempt = preempts;
    fixture.preemptDelay = preempts ? Duration.ofNanos(preemptDelayNs) : Duration.ZERO;
    for (int i = 0; i < priorities.size(); i++) {
      if (i != index) {
        fixture.peer("lb0" + (i + 1), priorities.get(i));
      }
    }
    return fixture.instance();
  }

  /** Plays it; returns how many adverts were sent. */
  int play() {
    for (SimulatedNode node : network.nodes) {
      network.at(random.nextInt((int) slowestNs), node::start);
    }
    if (kind == Kind.CHECKS) {
      checks();
    } else {
      chaos();
    }
    return network.nodes.stream().mapToInt(node -> node.advertsSent).sum();
  }

  /** First troubles, then everybody is whole. */
  private void chaos() {
    boolean lossy = kind != Kind.STOPS;
    network.loss = lossy ? random.nextInt(3) * 0.1 : 0;
    network.mostLostInARow = 4;
    network.doubled = lossy ? 0.03 : 0;
    network.overtaken = lossy ? 0.02 : 0;
    network.overtakenByNs = fastestNs / 2;
    // Four may be lost in a row on each way, and priorities may change once in between. Without
    // loss: the next advert.
    invariants.bothActiveNs = (lossy ? 11 : 1) * slowestNs + SLACK_NS;
    if (!lossy && !preempt && fastestNs == SECOND_NS) {
      // Who preempts a node that just stopped cannot know it; by silence it does, where the lease
      // is
      // no longer than the wait.
      invariants.twoHoldersNs = SLACK_NS;
    }
    long endNs = 60 * slowestNs;
    Troubles troubles = new Troubles(network, random, kind);
    for (SimulatedNode node : network.nodes) {
      injected += troubles.inject(node, slowestNs, endNs);
    }
    if (lossy && random.nextBoolean()) {
      commits(endNs);
    }
    network.runUntil(endNs, invariants::observe);
    settle(lossy);
  }

  /** The same check of weight 0 fails on all at about the same time; then they recover. */
  private void allInFault() {
    if (version == 2) {
      // Two that take over at once learn of each other by the next advert: nothing is answered.
      invariants.twoHoldersNs = Long.MAX_VALUE;
    }
    for (SimulatedNode node : network.nodes) {
      network.at(within(2 * slowestNs), () -> node.conditions(() -> node.failed++));
    }
    // After the longest wait there is, one of them has to serve all the same.
    network.runUntil(network.nowNs() + 2 * slowestNs + 2 * boundNs(), invariants::observe);
    SimulatedNode active = active();
    if (random.nextBoolean()) {
      active.kill();
      network.runUntil(network.nowNs() + 2 * boundNs(), invariants::observe);
      SimulatedNode unused = active();
      active.start();
    }
    for (SimulatedNode node : network.nodes) {
      network.at(within(2 * slowestNs), () -> node.conditions(() -> node.failed--));
    }
    network.runUntil(network.nowNs() + 2 * slowestNs, invariants::observe);
  }

  private long within(long ns) {
    return network.nowNs() + (long) (random.nextDouble() * ns);
  }

  /** The longest wait that anybody can have adopted, then who is worse gives way to an advert. */
  private long boundNs() {
    return 5 * slowestNs + (version == 2 ? SECOND_NS : slowestNs) + SLACK_NS;
  }

  private void settle(boolean lossy) {
    network.loss = 0;
    network.doubled = 0;
    network.overtaken = 0;
    if (kind != Kind.MIXED && random.nextInt(8) == 0) {
      injected += network.nodes.size();
      allInFault();
    }
    long endNs = network.nowNs();
    invariants.bothActiveNs = slowestNs + SLACK_NS;
    invariants.bothActiveFromNs = endNs + slowestNs / 2;
    long boundNs = boundNs();
    network.runUntil(endNs + boundNs, invariants::observe);
    invariants.oneActive = true;
    network.runUntil(endNs + 2 * boundNs + preemptDelayNs, invariants::observe);
    boolean held = network.nodes.stream().anyMatch(n -> n instanceof VipopsNode v && v.holds > 0);
    if (held) {
      // The longest hold is ten minutes, and they are asked for again.
      boolean patient = random.nextInt(16) == 0;
      network.runUntil(network.nowNs() + (patient ? 700 : 10) * SECOND_NS, invariants::observe);
      if (!patient) {
        return;
      }
    }
    int settled = transitions();
    SimulatedNode active = active();
    for (SimulatedNode node : network.nodes) {
      check(
          !node.instance.preempt() || node.priority() <= active.priority(),
          node.name() + " is better and not Active");
    }
    network.runUntil(network.nowNs() + 20 * slowestNs, invariants::observe);
    check(transitions() == settled, "transitions without a cause");
    // Runs of losses alone may time out a Backup, now and then.
    int allowance = lossy ? 40 : 0;
    check(transitions() <= 8 * (injected + network.nodes.size()) + allowance, "a storm");
    long seconds = network.nowNs() / fastestNs;
    check(adverts() <= 4 * seconds + 4L * injected * network.nodes.size(), "a storm of adverts");
  }

  /** Checks only; the address must always be somewhere, and stay there most of the time. */
  private void checks() {
    invariants.bothActiveNs = slowestNs + SLACK_NS;
    network.runUntil(10 * slowestNs + preemptDelayNs, invariants::observe);
    invariants.forgetMoves();
    boolean shared = random.nextBoolean();
    boolean two = network.nodes.size() == 2;
    // Two of three may answer the failure of the third at once, and if one of them fails within
    // the flight of an advert, each may give way to what the other was: then silence decides.
    invariants.noHolderNs = two ? 0 : 4 * slowestNs + (version == 2 ? SECOND_NS : 0) + SLACK_NS;
    // With three, two may answer the failure of the third at the same moment.
    invariants.movesPerMinute = two ? 3 : 6;
    invariants.movesWhereAllFail = two && shared ? 2 : Invariants.ANY;
    long endNs = network.nowNs() + 180 * SECOND_NS;
    CheckPattern pattern = new CheckPattern(network, random, zero);
    if (shared) {
      pattern.shared(network.nowNs(), endNs);
    } else {
      network.nodes.forEach(node -> pattern.alone(node, network.nowNs(), endNs));
    }
    network.runUntil(endNs + 10 * slowestNs, invariants::observe);
    // However often it moved, silence moves it at once.
    invariants.movesPerMinute = Invariants.ANY;
    invariants.movesWhereAllFail = Invariants.ANY;
    invariants.noHolderNs = Long.MAX_VALUE;
    active().kill();
    network.runUntil(network.nowNs() + boundNs(), invariants::observe);
    SimulatedNode unused = active();
  }

  /** Priorities change hands, at another moment on each node. */
  private void commits(long endNs) {
    List<SimulatedNode> ours = new ArrayList<>(network.nodes);
    ours.removeIf(node -> node instanceof ForeignNode);
    List<Integer> priorities = new ArrayList<>();
    network.nodes.forEach(node -> priorities.add(node.instance.priority()));
    List<Integer> shuffled = new ArrayList<>();
    ours.forEach(node -> shuffled.add(node.instance.priority()));
    Collections.shuffle(shuffled, random);
    ours.forEach(node -> priorities.set(node.index, shuffled.get(ours.indexOf(node))));
    long atNs = (long) (random.nextDouble() * (endNs - 8 * slowestNs));
    for (SimulatedNode node : ours) {
      Instance before = node.instance;
      Instance next =
          instance(node.index, priorities, before.advertInterval().toNanos(), before.preempt());
      network.at(
          atNs + (long) (random.nextDouble() * 3 * slowestNs),
          () -> {
            node.reconfigure(next);
          });
    }
    injected += ours.size();
  }

  private SimulatedNode active() {
    if (actives().size() > 1) { // one may just replace the other
      network.runUntil(network.nowNs() + invariants.bothActiveNs, invariants::observe);
    }
    List<SimulatedNode> actives = actives();
    check(actives.size() == 1, actives.size() + " Actives after the bound");
    return actives.get(0);
  }

  private List<SimulatedNode> actives() {
    return network.nodes.stream().filter(SimulatedNode::isActive).toList();
  }

  private int transitions() {
    return network.nodes.stream().mapToInt(node -> node.transitions).sum();
  }

  private int adverts() {
    return network.nodes.stream().mapToInt(node -> node.advertsSent).max().orElse(0);
  }

  private void check(boolean holds, String problem) {
    if (!holds) {
      network.fail(problem);
    }
  }
}
