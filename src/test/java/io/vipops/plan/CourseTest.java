package io.vipops.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.plan.Duel.Move;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds what a plan says of a VIP's course against the state machine itself: two routers take a
 * change of priorities into force, one after the other and the other way round.
 */
class CourseTest {
  private static final List<Integer> PRIORITIES = List.of(80, 90, 100, 110, 120);

  /** Priorities of lb01 and lb02, before and after, and when a better node may take over. */
  record Change(
      int one, int two, int oneAfter, int twoAfter, boolean preempt, Duration preemptDelay) {
    Duel duel() {
      return new Duel(one, two, oneAfter, twoAfter, preempt, preemptDelay);
    }
  }

  static List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    for (int one : PRIORITIES) {
      for (int oneAfter : PRIORITIES) {
        for (int two : PRIORITIES) {
          for (int twoAfter : PRIORITIES) {
            if (one > two && oneAfter != twoAfter) {
              changes.add(new Change(one, two, oneAfter, twoAfter, true, Duration.ZERO));
              changes.add(new Change(one, two, oneAfter, twoAfter, true, Duration.ofSeconds(20)));
              changes.add(new Change(one, two, oneAfter, twoAfter, false, Duration.ZERO));
            }
          }
        }
      }
    }
    return changes;
  }

  @ParameterizedTest
  @MethodSource("changes")
  void theVipGoesWhereThePlanSaysWhoeverAppliesFirst(Change change) {
    Duel duel = change.duel();
    Course course = Course.between(members(duel, false), members(duel, true));
    assertThat(course.from()).isEqualTo("lb01");
    for (String first : List.of("lb01", "lb02")) {
      List<Move> moves = change.duel().play(first);
      boolean forced = course.how().contains("if " + first + " applies first");
      if (course.how().contains("and back")) {
        assertThat(moves.stream().map(Move::to).toList())
            .as(first + " first: " + course)
            .isEqualTo(forced ? List.of("lb02", "lb01") : List.of());
      } else if (course.how().contains("until it stops") || "lb01".equals(course.to())) {
        assertThat(moves.stream().map(Move::to).toList())
            .as(first + " first: " + course)
            .isEqualTo(forced ? List.of("lb02") : List.of());
      } else {
        assertThat(moves).as(first + " first: " + course).hasSize(1);
        assertThat(moves.get(0).to()).isEqualTo("lb02");
        assertThat(moves.get(0).after())
            .as(first + " first: " + course)
            .matches(when(change, forced));
      }
    }
  }

  /** Counted from the first of the two to apply; the second does so {@link Duel#GAP} later. */
  private static java.util.function.Predicate<Duration> when(Change change, boolean forced) {
    Duration slack = Duration.ofMillis(1200);
    if (forced) {
      return after -> after.compareTo(Duel.GAP.plus(slack)) < 0;
    }
    if (change.preemptDelay().isZero()) {
      Duration down = Duration.ofMillis(3700);
      return after -> after.compareTo(Duel.GAP.plus(down).plus(slack)) < 0;
    }
    return after -> after.compareTo(change.preemptDelay()) >= 0;
  }

  private static TreeMap<String, Member> members(Duel duel, boolean after) {
    TreeMap<String, Member> members = new TreeMap<>();
    for (Map.Entry<String, io.vipops.vrrp.Instance> it : duel.instances(after).entrySet()) {
      members.put(it.getKey(), new Member(it.getKey(), it.getValue(), false));
    }
    return members;
  }
}
