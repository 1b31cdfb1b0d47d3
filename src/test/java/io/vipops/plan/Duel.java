package io.vipops.plan;

import io.vipops.spec.Prefix;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Advertisement;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import io.vipops.vrrp.VirtualRouter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two real state machines on a wire without delay, lb01 Active, that are given other priorities.
 */
final class Duel {
  /** Between the first node's apply and the second's. */
  static final Duration GAP = Duration.ofSeconds(10);

  private static final Duration END = Duration.ofSeconds(60);

  /**
   * @param to the node that became Active
   * @param after counted from the first apply
   */
  record Move(String to, Duration after) {}

  private final int[] before;
  private final int[] after;
  private final boolean preempt;
  private final Duration preemptDelay;
  private final Map<String, VirtualRouter> routers = new LinkedHashMap<>();
  private final List<Move> moves = new ArrayList<>();
  private long nowNs;
  private long appliedNs = Long.MAX_VALUE;

  Duel(int one, int two, int oneAfter, int twoAfter, boolean preempt, Duration preemptDelay) {
    this.before = new int[] {one, two};
    this.after = new int[] {oneAfter, twoAfter};
    this.preempt = preempt;
    this.preemptDelay = preemptDelay;
  }

  /** By node. */
  Map<String, Instance> instances(boolean afterwards) {
    int[] priorities = afterwards ? after : before;
    return Map.of(
        "lb01", instance("10.0.0.51", priorities[0], "lb02", "10.0.0.52", priorities[1]),
        "lb02", instance("10.0.0.52", priorities[1], "lb01", "10.0.0.51", priorities[0]));
  }

  /** Lets {@code first} apply, then the other; who became Active since. */
  List<Move> play(String first) {
    for (String node : List.of("lb01", "lb02")) {
      Instance instance = instances(false).get(node);
      routers.put(node, new VirtualRouter(instance, standing(instance)));
      perform(node, routers.get(node).onStart(nowNs));
    }
    run(Duration.ofSeconds(30));
    if (routers.get("lb01").state() != State.ACTIVE) {
      throw new AssertionError("lb01 should be Active beforehand");
    }
    appliedNs = nowNs;
    apply(first);
    run(GAP);
    apply(first.equals("lb01") ? "lb02" : "lb01");
    run(END);
    return List.copyOf(moves);
  }

  /** As the engine's difference apply does. */
  private void apply(String node) {
    Instance next = instances(true).get(node);
    perform(node, routers.get(node).onInstance(next, standing(next), nowNs));
  }

  private void run(Duration time) {
    long endNs = nowNs + time.toNanos();
    while (true) {
      String next = null;
      for (String node : routers.keySet()) {
        long deadline = routers.get(node).nextDeadlineNs();
        if (deadline <= endNs && (next == null || deadline < routers.get(next).nextDeadlineNs())) {
          next = node;
        }
      }
      if (next == null) {
        nowNs = endNs;
        return;
      }
      nowNs = Math.max(nowNs, routers.get(next).nextDeadlineNs());
      perform(next, routers.get(next).onTimer(nowNs));
    }
  }

  private void perform(String node, List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.Transition move
          && move.to() == State.ACTIVE
          && appliedNs != Long.MAX_VALUE) {
        moves.add(new Move(node, Duration.ofNanos(nowNs - appliedNs)));
      }
      if (effect instanceof Effect.Advertise advert) {
        String other = node.equals("lb01") ? "lb02" : "lb01";
        Instance sender = routers.get(node).instance();
        Advertisement heard =
            new Advertisement(
                3,
                51,
                advert.priority(),
                advert.maxAdvertiseInterval(),
                sender.virtualAddresses().stream().map(it -> it.prefix().address()).toList());
        if (routers.containsKey(other)) {
          perform(other, routers.get(other).onAdvertisement(heard, sender.address(), nowNs, nowNs));
        }
      }
    }
  }

  private Instance instance(
      String address, int priority, String peer, String peerAddress, int peerPriority) {
    return new Instance(
        "web",
        51,
        3,
        "eth0",
        address(address),
        priority,
        null,
        null,
        List.of(new Instance.Peer(peer, address(peerAddress), peerPriority)),
        List.of(new VirtualAddress(new Prefix(address("10.0.0.50"), 24), null)),
        Duration.ofSeconds(1),
        preempt,
        preemptDelay,
        Duration.ofSeconds(3),
        List.of());
  }

  private static Standing standing(Instance instance) {
    return new Standing(instance.priority(), false, false, true, false, "no checks");
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
