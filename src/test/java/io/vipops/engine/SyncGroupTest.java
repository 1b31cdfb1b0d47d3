package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Addresses;
import io.vipops.spec.VirtualAddress;
import io.vipops.spec.VrrpOptions;
import io.vipops.vrrp.Advertisement;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import io.vipops.vrrp.VirtualRouter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two nodes with a group of two instances, each on a LAN of its own, in virtual time. */
class SyncGroupTest {
  private static final long MS = 1_000_000;
  private static final long SECOND = 1000 * MS;
  private static final Standing WHOLE = new Standing(0, false, false, true, false, "whole");

  private record Packet(long atNs, long number, Seat to, Advertisement advert, InetAddress from) {}

  private final PriorityQueue<Packet> wire =
      new PriorityQueue<>(
          (one, other) ->
              one.atNs == other.atNs
                  ? Long.compare(one.number, other.number)
                  : Long.compare(one.atNs, other.atNs));
  private final boolean[] cut = new boolean[2];
  private final Side[] sides = new Side[2];
  private long nowNs = 100 * SECOND;
  private long packets;
  private int moves;

  /** A node. */
  private final class Side {
    final int number;
    final List<Seat> seats = new ArrayList<>();
    final SyncGroup group;

    Side(int number, int priority, boolean preempt, Duration second) {
      this.number = number;
      seats.add(new Seat(this, 0, priority, preempt, Duration.ofSeconds(1)));
      seats.add(new Seat(this, 1, priority, preempt, second));
      group = new SyncGroup("edge", seats);
    }

    void start() {
      seats.forEach(it -> it.perform(it.router.onStart(nowNs)));
      settle();
    }

    /** As the loop does after whatever it told any of them. */
    void settle() {
      group.settle(nowNs);
      assertThat(seats.get(0).holds).as("as one, at %d ns", nowNs).isEqualTo(seats.get(1).holds);
      assertThat(seats.get(0).router.state()).isEqualTo(seats.get(1).router.state());
    }

    boolean holds() {
      return seats.get(0).holds;
    }
  }

  private final class Seat implements SyncGroup.Member {
    final Side side;
    final int lan;
    final VirtualRouter router;
    final InetAddress source;
    Standing own;
    boolean holds;
    @Nullable String problem;
    @Nullable String others;
    @Nullable String told;
    String reason = "";

    Seat(Side side, int lan, int priority, boolean preempt, Duration interval) {
      this.side = side;
      this.lan = lan;
      source = source(side.number, lan);
      Instance instance =
          new Instance(
              lan == 0 ? "inside" : "outside",
              51 + lan,
              3,
              "eth" + lan,
              source,
              priority,
              null,
              null,
              List.of(new Instance.Peer("other", source(1 - side.number, lan), 190 - priority)),
              List.of(vip(lan)),
              interval,
              preempt,
              Duration.ZERO,
              Duration.ofSeconds(3),
              List.of(),
              VrrpOptions.DEFAULT);
      own = with(WHOLE, priority);
      router = new VirtualRouter(instance, own);
    }

    void perform(List<Effect> effects) {
      for (Effect effect : effects) {
        if (effect instanceof Effect.Hold) {
          holds = true;
        } else if (effect instanceof Effect.Release) {
          holds = false;
        } else if (effect instanceof Effect.Transition move) {
          reason = move.reason();
          moves += move.to() == State.ACTIVE && move.from() != State.HANDING_OVER ? 1 : 0;
        } else if (effect instanceof Effect.Advertise advert && !cut[lan] && problem == null) {
          Advertisement packet =
              new Advertisement(
                  3, 51 + lan, advert.priority(), advert.maxAdvertiseInterval(), List.of());
          Seat to = sides[1 - side.number].seats.get(lan);
          wire.add(new Packet(nowNs + MS, packets++, to, packet, source));
        }
      }
    }

    void link() {
      String now = problem == null ? others : problem;
      if (!Objects.equals(now, told)) {
        told = now;
        perform(router.onLink(now == null, now == null ? "serves again" : now, nowNs));
      }
    }

    @Override
    public String name() {
      return router.instance().name();
    }

    @Override
    public int base() {
      return router.instance().priority();
    }

    @Override
    public VirtualRouter router() {
      return router;
    }

    @Override
    public @Nullable String problem() {
      return told;
    }

    @Override
    public String reason() {
      return reason;
    }

    @Override
    public Standing judged() {
      return own;
    }

    @Override
    public boolean tellOthersLink(@Nullable String why, long ns) {
      String before = told;
      others = why;
      link();
      return !Objects.equals(before, told);
    }

    @Override
    public void stand(Standing standing, long ns) {
      perform(router.onStanding(standing, ns));
    }
  }

  /** On the second LAN the node with the lower address on the first has the higher one. */
  private static InetAddress source(int node, int lan) {
    return address("10.%d.0.%d".formatted(lan, lan == 0 ? 51 + node : 52 - node));
  }

  private static InetAddress address(String text) {
    return Objects.requireNonNull(Addresses.parse(text));
  }

  private static VirtualAddress vip(int lan) {
    return new VirtualAddress(
        Objects.requireNonNull(Addresses.parsePrefix("10.%d.0.50/24".formatted(lan))), null);
  }

  private static Standing with(Standing of, int effective) {
    return new Standing(
        effective, of.degraded(), of.fault(), of.ready(), of.yielding(), of.reason());
  }

  private void build(boolean preempt, Duration second) {
    sides[0] = new Side(0, 100, preempt, second);
    sides[1] = new Side(1, 90, preempt, second);
    sides[0].start();
    sides[1].start();
  }

  /** Runs all that is due until then. */
  private void pass(long forNs) {
    long untilNs = nowNs + forNs;
    while (true) {
      long next = wire.isEmpty() ? Long.MAX_VALUE : wire.peek().atNs;
      for (Side side : sides) {
        for (Seat seat : side.seats) {
          next = Math.min(next, seat.router.nextDeadlineNs());
        }
      }
      if (next > untilNs) {
        nowNs = untilNs;
        return;
      }
      nowNs = Math.max(nowNs, next);
      if (!wire.isEmpty() && wire.peek().atNs <= nowNs) {
        receive(wire.remove());
      } else {
        timers();
      }
    }
  }

  private void receive(Packet packet) {
    Seat to = packet.to;
    if (cut[to.lan] || to.problem != null) {
      return;
    }
    to.perform(to.router.onAdvertisement(packet.advert, packet.from, nowNs, nowNs));
    Seat first = to.side.seats.get(0);
    if (to != first) {
      first.perform(
          first.router.onMemberAdvertisement(
              to.router.overheard(packet.advert, packet.from), nowNs, nowNs));
    }
    to.side.settle();
  }

  private void timers() {
    for (Side side : sides) {
      for (Seat seat : side.seats) {
        if (seat.router.nextDeadlineNs() <= nowNs) {
          seat.perform(seat.router.onTimer(nowNs));
        }
      }
      side.settle();
    }
  }

  private void link(int node, int lan, @Nullable String problem) {
    Seat seat = sides[node].seats.get(lan);
    seat.problem = problem;
    seat.link();
    sides[node].settle();
  }

  private void check(int node, int lan, int effective, boolean fault) {
    Seat seat = sides[node].seats.get(lan);
    boolean degraded = effective < seat.base();
    seat.own = new Standing(effective, degraded, fault, true, false, "check nginx failed");
    sides[node].settle();
  }

  private void assertOneHolder(int node) {
    assertThat(List.of(sides[0].holds(), sides[1].holds()))
        .isEqualTo(List.of(node == 0, node == 1));
  }

  @Test
  void whatOneOfThemLosesMovesAll() {
    build(true, Duration.ofSeconds(1));
    pass(10 * SECOND);
    assertOneHolder(0);
    link(0, 1, "interface eth1 has no carrier");
    pass(2 * SECOND);
    assertOneHolder(1);
    assertThat(sides[0].seats.get(0).reason)
        .isEqualTo("outside of sync group edge: interface eth1 has no carrier");
    assertThat(sides[1].seats.get(1).reason)
        .isEqualTo("inside of sync group edge: 10.0.0.51 resigned (priority 0)");
    link(0, 1, null);
    pass(10 * SECOND);
    assertOneHolder(0);
    check(0, 1, 60, false);
    pass(SECOND);
    assertOneHolder(1);
    assertThat(sides[1].seats.get(0).reason).isEqualTo("10.0.0.51 degraded: 60 of 100, ours is 90");
    check(0, 1, 100, false);
    pass(100 * SECOND); // Damping holds a third move within a minute
    assertOneHolder(0);
    check(0, 1, 100, true);
    pass(SECOND);
    assertOneHolder(1);
  }

  @Test
  void aLanThatIsCutMovesNothingWhileTheOtherShowsTheActive() {
    for (int lan = 0; lan < 2; lan++) {
      build(true, Duration.ofSeconds(1));
      pass(10 * SECOND);
      int before = moves;
      cut[lan] = true;
      pass(60 * SECOND);
      assertOneHolder(0);
      cut[lan] = false;
      pass(10 * SECOND);
      assertOneHolder(0);
      assertThat(moves).as("LAN %d", lan).isEqualTo(before);
    }
  }

  @Test
  void aPositiveWeightThatOneLostMovesAll() {
    build(true, Duration.ofSeconds(1));
    for (int lan = 0; lan < 2; lan++) {
      check(0, lan, 120, false);
      check(1, lan, 110, false);
    }
    pass(10 * SECOND);
    assertOneHolder(0);
    check(0, 1, 100, false);
    pass(10 * SECOND);
    assertOneHolder(1);
  }

  @Test
  void whileItsOwnLanIsCutItReplacesWhoSaysThatItsChecksFail() {
    build(false, Duration.ofSeconds(1));
    pass(10 * SECOND);
    cut[0] = true;
    pass(10 * SECOND);
    check(0, 1, 60, false);
    pass(10 * SECOND);
    assertOneHolder(1);
  }

  @Test
  void aTieIsBrokenOnTheLanThatIsLeft() {
    build(true, Duration.ofSeconds(1));
    check(0, 0, 90, false);
    cut[0] = true;
    cut[1] = true;
    pass(10 * SECOND);
    assertThat(sides[0].holds() && sides[1].holds()).as("nobody hears anybody").isTrue();
    cut[1] = false;
    pass(10 * SECOND);
    assertOneHolder(0); // the higher address on the second LAN
  }

  @Test
  void inFaultOnBothNodesOneOfThemServesWithAll() {
    build(true, Duration.ofSeconds(1));
    pass(10 * SECOND);
    check(1, 0, 90, true);
    check(0, 1, 100, true);
    pass(20 * SECOND);
    assertThat(sides[0].holds()).isNotEqualTo(sides[1].holds());
  }

  @Test
  void withoutALinkNobodyServesAsALastResort() {
    build(true, Duration.ofSeconds(1));
    pass(10 * SECOND);
    link(1, 1, "interface eth1 is down");
    check(1, 0, 90, true);
    link(0, 0, "interface eth0 is down");
    pass(30 * SECOND);
    assertThat(List.of(sides[0].holds(), sides[1].holds())).containsOnly(false);
  }

  @Test
  void afterAnyTroubleOneNodeHoldsAllAndKeepsThem() {
    long seed = Long.getLong("vipops.seed", 20_000);
    long runs = Long.getLong("vipops.seed", 0) == 0 ? 1000 : 1;
    for (long run = 0; run < runs; run++) {
      try {
        trouble(seed + run);
      } catch (AssertionError e) {
        throw new AssertionError("-Dvipops.seed=" + (seed + run) + ": " + e.getMessage(), e);
      }
    }
  }

  private void trouble(long seed) {
    Random random = new Random(seed);
    wire.clear();
    cut[0] = false;
    cut[1] = false;
    build(random.nextInt(3) > 0, Duration.ofMillis(random.nextBoolean() ? 1000 : 100));
    for (int i = 0; i < 30; i++) {
      int node = random.nextInt(2);
      int lan = random.nextInt(2);
      Seat seat = sides[node].seats.get(lan);
      switch (random.nextInt(4)) {
        case 0 -> cut[lan] = !cut[lan];
        case 1 -> link(node, lan, seat.problem == null ? "no carrier" : null);
        case 2 -> check(node, lan, seat.base() - 10 * random.nextInt(5), false);
        default -> check(node, lan, seat.base(), random.nextBoolean());
      }
      pass((long) (random.nextDouble() * 5 * SECOND));
    }
    cut[0] = false;
    cut[1] = false;
    for (int node = 0; node < 2; node++) {
      for (int lan = 0; lan < 2; lan++) {
        link(node, lan, null);
        check(node, lan, sides[node].seats.get(lan).base(), false);
      }
    }
    pass(15 * SECOND);
    assertThat(sides[0].holds()).as("one holds all").isNotEqualTo(sides[1].holds());
    pass(700 * SECOND); // as long as a hold of Damping may last
    int before = moves;
    pass(30 * SECOND);
    assertThat(sides[0].holds()).as("one holds all").isNotEqualTo(sides[1].holds());
    assertThat(moves).as("and keeps them").isEqualTo(before);
  }
}
