package io.vipops.vrrp;

import io.vipops.spec.VirtualAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One node of a {@link SimulatedNetwork}: a router, a kernel with leases, a process that may stop.
 */
final class SimulatedNode {
  /** A packet and its kernel timestamp. */
  private record Arrived(Advertisement advert, SimulatedNode from, long atNs) {}

  final Instance instance;
  private final SimulatedNetwork network;
  private final List<Arrived> queue = new ArrayList<>();

  /** Addresses on the interface, with the end of their lease. */
  private final Map<VirtualAddress, Long> held = new HashMap<>();

  private VirtualRouter router;
  private Standing standing;
  private boolean running;
  private boolean removalUnseen;
  private long timerVersion;
  private long lastAdvertNs;
  int transitions;
  int advertsSent;

  SimulatedNode(SimulatedNetwork network, Instance instance) {
    this.network = network;
    this.instance = instance;
    standing = new Standing(instance.priority(), false, false, true, false, "all checks pass");
    router = new VirtualRouter(instance, standing);
  }

  boolean running() {
    return running;
  }

  boolean isActive() {
    return running && router.state() == State.ACTIVE;
  }

  boolean holdsAddress() {
    return !held.isEmpty();
  }

  Standing standing() {
    return standing;
  }

  void start() {
    running = true;
    queue.clear();
    router = new VirtualRouter(instance, standing);
    perform(router.onStart(network.nowNs()));
  }

  /** kill -9: nothing is said and nothing taken away; the kernel's leases go on. */
  void kill() {
    running = false;
    router = new VirtualRouter(instance, standing);
  }

  void pause() {
    running = false;
  }

  /** What piled up comes first, then what became of the addresses, then the timers. */
  void resume() {
    running = true;
    for (Arrived packet : List.copyOf(queue)) {
      deliver(packet);
    }
    queue.clear();
    if (removalUnseen) {
      removalUnseen = false;
      perform(router.onAddressRemoved(instance.virtualAddresses().get(0), network.nowNs()));
    }
    perform(router.onTimer(network.nowNs()));
  }

  void standing(Standing next) {
    standing = next;
    if (running) {
      perform(router.onStanding(next, network.nowNs()));
    }
  }

  void receive(Advertisement advert, SimulatedNode from) {
    Arrived packet = new Arrived(advert, from, network.nowNs());
    if (running) {
      deliver(packet);
    } else {
      queue.add(packet);
    }
  }

  private void deliver(Arrived packet) {
    perform(router.onAdvertisement(packet.advert, packet.from.instance.address(), packet.atNs));
  }

  private void perform(List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.Advertise advertise) {
        advertsSent++;
        lastAdvertNs = network.nowNs();
        network.send(this, advertise);
      } else if (effect instanceof Effect.Hold hold) {
        hold.addresses().forEach(address -> hold(address, hold.lease().toNanos()));
      } else if (effect instanceof Effect.Release release) {
        release.addresses().forEach(held::remove);
      } else if (effect instanceof Effect.Transition transition) {
        transitions++;
        network.log(instance.name() + " " + EffectText.of(List.of(transition)).get(0));
      }
    }
    scheduleTimer();
    checkAddresses();
  }

  private void hold(VirtualAddress address, long leaseNs) {
    long untilNs = network.nowNs() + leaseNs;
    held.put(address, untilNs);
    network.at(
        untilNs,
        () -> {
          if (held.remove(address, untilNs)) {
            expired(address);
          }
        });
  }

  private void expired(VirtualAddress address) {
    if (running) {
      perform(router.onAddressRemoved(address, network.nowNs()));
    } else {
      removalUnseen = true;
    }
  }

  private void scheduleTimer() {
    long version = ++timerVersion;
    long deadlineNs = router.nextDeadlineNs();
    if (deadlineNs != Long.MAX_VALUE) {
      long lateNs = network.latenessNs();
      network.at(
          Math.max(deadlineNs, network.nowNs()) + lateNs,
          () -> {
            if (running && version == timerVersion) {
              perform(router.onTimer(network.nowNs()));
            }
          });
    }
  }

  /** Only an Active has the address, and never for longer than a lease after its last advert. */
  private void checkAddresses() {
    if (router.state() != State.ACTIVE && !held.isEmpty()) {
      network.fail(instance.name() + " is " + router.state() + " and has " + held.keySet());
    }
    for (long untilNs : held.values()) {
      if (untilNs > lastAdvertNs + instance.vipLease().toNanos()) {
        network.fail(instance.name() + "'s lease outlives its last advert by more than itself");
      }
    }
  }
}
