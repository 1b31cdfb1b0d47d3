package io.vipops.engine;

import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import io.vipops.vrrp.VirtualRouter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which of the virtual routers at work move together. On the loop's thread. */
final class SyncGroups {
  private final Routers routers;
  private final Performer performer;
  private final Map<String, List<Seat>> groups = new LinkedHashMap<>();
  private final Map<LiveRouter, Seat> seats = new HashMap<>();

  SyncGroups(Routers routers, Performer performer) {
    this.routers = routers;
    this.performer = performer;
  }

  /**
   * Begins anew with these; a group of one is none. Who was first stays it, or who joins a group
   * would bring it to where it is itself; of a new group an Active is, so that nobody lets go.
   */
  void of(Collection<LiveRouter> all) {
    groups.clear();
    seats.clear();
    List<LiveRouter> inOrder = new ArrayList<>(all);
    inOrder.sort(
        Comparator.comparing((LiveRouter it) -> it.followers.isEmpty())
            .thenComparing(it -> it.router().state() != State.ACTIVE)
            .thenComparing(LiveRouter::name));
    for (LiveRouter it : inOrder) {
      it.leader = null;
      it.followers = List.of();
      String name = it.instance().options().syncGroup();
      if (name != null) {
        groups.computeIfAbsent(name, unused -> new ArrayList<>()).add(new Seat(it));
      }
    }
    groups.values().removeIf(members -> members.size() < 2);
    groups.forEach(this::seat);
    for (LiveRouter it : all) {
      if (it.followers.isEmpty()) {
        it.followersProblem = null;
      }
    }
  }

  private void seat(String name, List<Seat> members) {
    SyncGroup group = new SyncGroup(name, members);
    LiveRouter leader = members.get(0).router;
    List<LiveRouter> followers = new ArrayList<>();
    for (Seat it : members) {
      it.group = group;
      seats.put(it.router, it);
      it.router.leader = it.router == leader ? null : leader;
      it.router.followers = List.of();
      if (it.router != leader) {
        followers.add(it.router);
      }
    }
    leader.followers = List.copyOf(followers);
  }

  /** What a router is told: of its group, or of itself where it has none. */
  Standing standing(LiveRouter it) {
    Seat seat = seats.get(it);
    return seat == null || seat.group == null ? routers.judged(it) : seat.group.standing(seat);
  }

  /** After anything that a router was told, and before its timers are looked at. */
  void settle(long nowNs) {
    groups.forEach(
        (name, members) -> {
          Objects.requireNonNull(members.get(0).group).settle(nowNs);
          if (!inOrder(members) && areActive(members)) {
            // On every node the same one again, so that a tie is broken on the same LAN.
            members.sort(Comparator.comparing(Seat::name));
            seat(name, members);
            Objects.requireNonNull(members.get(0).group).settle(nowNs);
          }
        });
  }

  private static boolean inOrder(List<Seat> members) {
    String first = members.get(0).name();
    return members.stream().allMatch(it -> first.compareTo(it.name()) <= 0);
  }

  private static boolean areActive(List<Seat> members) {
    return members.stream().allMatch(it -> it.router().state() == State.ACTIVE);
  }

  /** A router as its group sees it. */
  private final class Seat implements SyncGroup.Member {
    private final LiveRouter router;
    private @Nullable SyncGroup group;

    Seat(LiveRouter router) {
      this.router = router;
    }

    @Override
    public String name() {
      return router.name();
    }

    @Override
    public int base() {
      return router.instance().priority();
    }

    @Override
    public VirtualRouter router() {
      return router.router();
    }

    @Override
    public @Nullable String problem() {
      return router.toldProblem;
    }

    @Override
    public String reason() {
      return router.reason();
    }

    @Override
    public Standing judged() {
      return routers.judged(router);
    }

    @Override
    public boolean tellOthersLink(@Nullable String problem, long nowNs) {
      String before = router.toldProblem;
      router.followersProblem = problem;
      routers.tellLink(router, nowNs);
      return !Objects.equals(before, router.toldProblem);
    }

    @Override
    public void stand(Standing standing, long nowNs) {
      performer.perform(router, router.router().onStanding(standing, nowNs), nowNs);
    }
  }
}
