package io.vipops.vrrp;

import java.util.ArrayList;
import java.util.List;

/**
 * One node of a {@link SimulatedNetwork}: a host that may have the one virtual address, and a
 * process that may stop. What speaks VRRP in it is for the subclasses.
 */
abstract class SimulatedNode {
  private static final long NONE = Long.MIN_VALUE;

  /** A packet and its kernel timestamp. */
  private record Arrived(Advertisement advert, SimulatedNode from, long atNs) {}

  final SimulatedNetwork network;
  final int index;
  Instance instance;
  private final List<Arrived> queue = new ArrayList<>();
  private boolean alive;
  private int pauses;
  private int off = 1;

  /** Until when the address is on the interface. */
  private long heldUntilNs = NONE;

  private boolean removalUnseen;

  /** What a process that is paused was not told yet. */
  private Instance unseen;

  boolean linkUp = true;
  private long timerVersion;
  long lastAdvertNs;
  int transitions;
  int advertsSent;

  /** How many reasons there are now for each. */
  int lowered;

  int failed;
  int drained;
  int unready;

  int noCarrier;

  /** When its last failing check recovered. */
  private long recoveredNs = NONE;

  SimulatedNode(SimulatedNetwork network, int index, Instance instance) {
    this.network = network;
    this.index = index;
    this.instance = instance;
  }

  abstract boolean isActive();

  /** Whether it may have the address in its present state. */
  abstract boolean mayHold();

  abstract int priority();

  abstract void begin();

  /** Ends in order. */
  abstract void end();

  abstract void hear(Advertisement advert, SimulatedNode from, long atNs);

  abstract void onTimer();

  abstract void onRemoved();

  /** One of {@link #lowered}, {@link #failed}, {@link #drained}, {@link #unready} changed. */
  abstract void onConditions();

  abstract void onLink(boolean up);

  abstract void configure(Instance next);

  abstract long nextDeadlineNs();

  String name() {
    return instance.name();
  }

  boolean running() {
    return alive && pauses == 0;
  }

  boolean whole() {
    return running() && lowered + failed + drained + unready == 0;
  }

  /** Whether a check of it failed at some time since then. */
  boolean failedSince(long sinceNs) {
    return lowered + failed > 0 || (recoveredNs != NONE && recoveredNs >= sinceNs);
  }

  boolean holdsAddress() {
    return heldUntilNs != NONE;
  }

  /** Whether it takes what the other says for an advert at all. */
  boolean understands(SimulatedNode other) {
    return instance.version() == 3
        || other.instance.advertInterval().equals(instance.advertInterval());
  }

  void start() {
    if (--off == 0) {
      alive = true;
      pauses = 0;
      queue.clear();
      removalUnseen = false;
      instance = unseen == null ? instance : unseen;
      unseen = null;
      linkUp = noCarrier == 0;
      begin();
      settle();
    }
  }

  /** kill -9: nothing is said and nothing taken away; the kernel's leases go on. */
  void kill() {
    off++;
    alive = false;
  }

  void stop() {
    if (running()) {
      end();
      settle();
    }
    kill();
  }

  /** The host without power: the address is gone too. */
  void powerOff() {
    kill();
    release();
  }

  void pause() {
    pauses++;
  }

  /** What piled up comes first, then what became of the addresses, then the timers. */
  void resume() {
    if (pauses == 0 || --pauses > 0 || !alive) {
      return; // the process that was paused is not there any more, or is still
    }
    for (Arrived packet : List.copyOf(queue)) {
      hear(packet.advert, packet.from, packet.atNs);
    }
    queue.clear();
    hearNews();
    onTimer();
    settle();
  }

  /** What changed on the host meanwhile. */
  private void hearNews() {
    if (linkUp != (noCarrier == 0)) {
      linkUp = noCarrier == 0;
      onLink(linkUp);
    }
    if (removalUnseen) {
      removalUnseen = false;
      onRemoved();
    }
    if (unseen != null) {
      configure(unseen);
      instance = unseen;
      unseen = null;
    }
    onConditions();
  }

  void conditions(Runnable change) {
    boolean failing = lowered + failed > 0;
    change.run();
    recoveredNs = failing ? network.nowNs() : recoveredNs;
    if (network.verbose) {
      network.log(
          String.format(
              "%s lowered %d failed %d drained %d unready %d",
              name(), lowered, failed, drained, unready));
    }
    if (running()) {
      onConditions();
      settle();
    }
  }

  void onCarrier() {
    if (running()) {
      hearNews();
      settle();
    }
  }

  void reconfigure(Instance next) {
    if (running()) {
      configure(next);
      instance = next;
      settle();
    } else if (alive) {
      unseen = next;
    } else {
      instance = next;
    }
  }

  void receive(Advertisement advert, SimulatedNode from) {
    if (!understands(from)) {
      return;
    }
    if (running()) {
      hear(advert, from, network.nowNs());
      settle();
    } else if (alive) {
      queue.add(new Arrived(advert, from, network.nowNs()));
    }
  }

  final void say(int priority, java.time.Duration interval) {
    advertsSent++;
    lastAdvertNs = network.nowNs();
    network.send(
        this,
        new Advertisement(
            instance.version(), instance.virtualRouterId(), priority, interval, List.of()));
  }

  final void hold(long leaseNs) {
    long untilNs = leaseNs == 0 ? Long.MAX_VALUE : network.nowNs() + leaseNs;
    heldUntilNs = untilNs;
    if (leaseNs > 0) {
      network.at(untilNs, () -> expire(untilNs));
    }
  }

  final void release() {
    heldUntilNs = NONE;
  }

  private void expire(long untilNs) {
    if (heldUntilNs != untilNs) {
      return; // renewed meanwhile
    }
    release();
    if (running()) {
      onRemoved();
      settle();
    } else {
      removalUnseen = true;
    }
  }

  /** After anything happened here: the next timer, and what must hold of the address. */
  private void settle() {
    long version = ++timerVersion;
    long deadlineNs = nextDeadlineNs();
    if (running() && deadlineNs != Long.MAX_VALUE) {
      network.at(
          Math.max(deadlineNs, network.nowNs()) + network.latenessNs(),
          () -> {
            if (running() && version == timerVersion) {
              onTimer();
              settle();
            }
          });
    }
    if (holdsAddress() && !mayHold()) {
      network.fail(name() + " has the address and may not");
    }
    long leaseNs = instance.vipLease().toNanos();
    if (heldUntilNs != Long.MAX_VALUE && heldUntilNs > lastAdvertNs + leaseNs) {
      network.fail(name() + "'s lease outlives its last advert by more than itself");
    }
    if (running() && isActive() && !holdsAddress()) {
      network.fail(name() + " is Active without the address");
    }
  }
}
