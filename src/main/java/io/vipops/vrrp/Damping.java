package io.vipops.vrrp;

import static io.vipops.vrrp.Intervals.NEVER;
import static io.vipops.vrrp.Intervals.SECOND_NS;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Keeps failing checks from moving the addresses back and forth. A forced move is one away from an
 * Active that still speaks: the node that takes over, the one that gives way and every other that
 * hears both count it. After three within a minute this node forces no more of them for a minute,
 * then two, up to ten. After two already, of those that came with failing checks, where this node's
 * checks failed within that minute, and the Active's too or they do not now: it is then the same
 * thing that fails for both, or nobody needs this node back so soon.
 *
 * <p>Silence and priority 0 are none of its business: who waits for an Active that is gone never
 * waits longer for this.
 */
final class Damping {
  private static final long WINDOW_NS = 60 * SECOND_NS;
  private static final long LONGEST_HOLD_NS = 600 * SECOND_NS;
  private static final int MOST_MOVES = 3;
  private static final int MOST_SHARED_MOVES = 2;

  /** The latest, in order. */
  private final ArrayDeque<Long> movesNs = new ArrayDeque<>();

  /** Those among them, in order, before which checks had failed within a minute. */
  private final ArrayDeque<Long> failuresMovesNs = new ArrayDeque<>();

  /** When our own checks, and those of an Active, were last seen failing; NEVER: not yet. */
  private long ownFailureNs = NEVER;

  private long peersFailureNs = NEVER;

  /** Length and end of the last hold; NEVER: there was none. */
  private long holdNs;

  private long heldUntilNs = NEVER;
  private @Nullable String report;

  /**
   * The addresses went from one node that speaks to another.
   *
   * @param ours what our own checks say now
   * @param resigned whether the one said priority 0, for its checks as far as we can know
   */
  void moved(Standing ours, boolean resigned, long nowNs) {
    own(ours, nowNs); // they may have failed all along
    add(movesNs, nowNs);
    boolean delayed = recent(heldUntilNs, nowNs); // such failures may be why it comes only now
    if (resigned || delayed || recent(ownFailureNs, nowNs) || recent(peersFailureNs, nowNs)) {
      add(failuresMovesNs, nowNs);
    }
  }

  private static void add(ArrayDeque<Long> movesNs, long nowNs) {
    movesNs.add(nowNs);
    if (movesNs.size() > MOST_MOVES) {
      movesNs.remove();
    }
  }

  /** What our own checks say, before and after any change. */
  void own(Standing standing, long nowNs) {
    if (standing.degraded() || standing.fault()) {
      ownFailureNs = nowNs;
    }
  }

  /** An Active said less than its base priority. */
  void peerFails(long nowNs) {
    peersFailureNs = nowNs;
  }

  /**
   * Whether this node may force a move now; a no that is new begins a hold.
   *
   * @param needed whether the Active's own checks fail; if not, this one only comes back
   */
  boolean allows(Standing standing, boolean needed, long nowNs) {
    own(standing, nowNs);
    if (holds(nowNs)) {
      return false;
    }
    boolean shared = recent(ownFailureNs, nowNs) && (!needed || recent(peersFailureNs, nowNs));
    int moves = within(movesNs, nowNs);
    boolean alike = shared && within(failuresMovesNs, nowNs) >= MOST_SHARED_MOVES;
    if (!alike && moves < MOST_MOVES) {
      return true;
    }
    boolean again = heldUntilNs != NEVER && nowNs - heldUntilNs < LONGEST_HOLD_NS;
    holdNs = again ? Math.min(2 * holdNs, LONGEST_HOLD_NS) : WINDOW_NS;
    heldUntilNs = nowNs + holdNs;
    report = Reasons.held(moves, WINDOW_NS, holdNs);
    return false;
  }

  /**
   * Whether an Active whose own check fails leaves it to the others to take over, by saying so and
   * no more: they know whether their checks failed too, it does not.
   */
  boolean leavesItToOthers(long nowNs) {
    return within(failuresMovesNs, nowNs) >= MOST_SHARED_MOVES;
  }

  private static int within(ArrayDeque<Long> movesNs, long nowNs) {
    while (!movesNs.isEmpty() && nowNs - movesNs.peek() >= WINDOW_NS) {
      movesNs.remove();
    }
    return movesNs.size();
  }

  private boolean holds(long nowNs) {
    return heldUntilNs != NEVER && nowNs < heldUntilNs;
  }

  /** When the hold that lasts at that time is over; that time: none does. */
  long endOfHoldNs(long atNs) {
    return holds(atNs) ? heldUntilNs : atNs;
  }

  /** A hold has begun since this was last asked: the line for it; null: none has. */
  @Nullable String takeReport() {
    String line = report;
    report = null;
    return line;
  }

  private static boolean recent(long atNs, long nowNs) {
    return atNs != NEVER && nowNs - atNs < WINDOW_NS;
  }
}
