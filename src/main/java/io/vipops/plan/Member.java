package io.vipops.plan;

import io.vipops.check.Priorities;
import io.vipops.check.Reading;
import io.vipops.check.Verdict;
import io.vipops.spec.Track;
import io.vipops.vrrp.Instance;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A node in the election of one virtual router, all its checks passing.
 *
 * @param yielding in maintenance: never Active
 */
record Member(String node, Instance instance, boolean yielding) {
  private static final int OWNER = 255;

  /** What it says in its adverts. */
  int priority() {
    Map<String, Reading> passing = new HashMap<>();
    for (Track track : instance.track()) {
      passing.put(track.check(), new Reading(Verdict.PASSING, true, ""));
    }
    return Priorities.weigh(instance.priority(), instance.track(), passing).effectivePriority();
  }

  boolean isOwner() {
    return instance.priority() == OWNER;
  }

  /** RFC 9568 §6.4.3: the greater priority, then the greater address. */
  boolean winsAgainst(Member other) {
    if (priority() != other.priority()) {
      return priority() > other.priority();
    }
    byte[] ours = instance.address().getAddress();
    byte[] theirs = other.instance().address().getAddress();
    return Arrays.compareUnsigned(ours, theirs) > 0;
  }

  /**
   * Whether, as Backup, it would take {@code active} for a node whose checks fail, since that says
   * less than the base priority that this node knows of it. Then it takes over at once, whatever
   * preempt and preempt_delay say.
   *
   * @param priority its own
   */
  boolean takesForDegraded(Member active, int priority) {
    int said = active.priority();
    return !yielding
        && said < priority
        && instance.peers().stream()
            .anyMatch(peer -> peer.node().equals(active.node) && said < peer.priority());
  }

  /** Active_Down_Interval (RFC 9568 §6.1, RFC 3768 §6.1): how long it waits for a silent Active. */
  String downInterval() {
    Duration interval = instance.advertInterval();
    Duration scale = instance.version() == 2 ? Duration.ofSeconds(1) : interval;
    Duration down =
        interval.multipliedBy(3).plus(scale.multipliedBy(256 - priority()).dividedBy(256));
    return String.format(Locale.ROOT, "%.1fs", down.toMillis() / 1000.0);
  }
}
