package io.vipops.vrrp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What must hold at every moment of a {@link SimulatedNetwork}; see also {@link SimulatedNode}. */
final class Invariants {
  static final long SECOND_NS = 1_000_000_000L;
  private static final long NEVER = -1;

  /** Packets on their way, late timers and the overlap of a hand-over. */
  static final long SLACK_NS = SECOND_NS / 20;

  /** A limit that does not hold in this run. */
  static final int ANY = Integer.MAX_VALUE;

  private final SimulatedNetwork network;
  private final List<SimulatedNode> nodes;
  private final long[][] bothSinceNs;
  private final boolean[] served;

  /** How long two that hear each other may both be Active. */
  long bothActiveNs;

  /** Two Actives count from here on, when the last bound began to hold. */
  long bothActiveFromNs;

  /** How long two nodes may have the address. */
  long twoHoldersNs = Long.MAX_VALUE;

  /** Whether from now on there must be an Active at any moment. */
  boolean oneActive;

  /** How long nobody may have the address. */
  long noHolderNs = Long.MAX_VALUE;

  /** How often the address may move to another node within a minute. */
  int movesPerMinute = ANY;

  /** And how often within one in which the checks of every node failed. */
  int movesWhereAllFail = ANY;

  private long twoHoldersSinceNs = NEVER;
  private long noHolderSinceNs = NEVER;
  private final Deque<Long> movesNs = new ArrayDeque<>();
  private SimulatedNode last;

  Invariants(SimulatedNetwork network) {
    this.network = network;
    nodes = network.nodes;
    bothSinceNs = new long[nodes.size()][nodes.size()];
    served = new boolean[nodes.size()];
    for (long[] row : bothSinceNs) {
      java.util.Arrays.fill(row, NEVER);
    }
  }

  /** Looks at everything; after each event. */
  void observe() {
    long nowNs = network.nowNs();
    int actives = 0;
    int holders = 0;
    int serving = 0;
    SimulatedNode server = null;
    for (int i = 0; i < nodes.size(); i++) {
      SimulatedNode node = nodes.get(i);
      boolean active = node.isActive();
      actives += active ? 1 : 0;
      // Who hands over in vain had it all the time.
      boolean serves = node.running() && node.mayHold();
      serving += serves ? 1 : 0;
      server = serves ? node : server;
      holders += node.holdsAddress() ? 1 : 0;
      if (serves && !served[i] && node != last) {
        moved(node, nowNs);
      }
      served[i] = serves;
    }
    if (serving == 1) {
      last = server;
    }
    if (actives > 1 || bothActiveSeen) {
      pairs(nowNs);
    }
    check(!oneActive || actives > 0, "nobody is Active");
    noHolderSinceNs = holders > 0 ? NEVER : noHolderSinceNs == NEVER ? nowNs : noHolderSinceNs;
    check(
        holders > 0 || nowNs - noHolderSinceNs < noHolderNs, "nobody has the address for too long");
    twoHoldersSinceNs =
        holders < 2 ? NEVER : twoHoldersSinceNs == NEVER ? nowNs : twoHoldersSinceNs;
    check(
        holders < 2 || nowNs - twoHoldersSinceNs <= twoHoldersNs,
        "two nodes have the address for too long");
  }

  private boolean bothActiveSeen;

  private void pairs(long nowNs) {
    bothActiveSeen = false;
    for (int i = 0; i < nodes.size(); i++) {
      for (int j = 0; j < i; j++) {
        SimulatedNode a = nodes.get(i);
        SimulatedNode b = nodes.get(j);
        if (a.isActive() && b.isActive() && hearEachOther(a, b)) {
          bothActiveSeen = true;
          if (bothSinceNs[i][j] == NEVER) {
            bothSinceNs[i][j] = nowNs;
          }
          long sinceNs = Math.max(bothSinceNs[i][j], bothActiveFromNs);
          check(nowNs - sinceNs <= bothActiveNs, "two Actives that hear each other for too long");
        } else {
          bothSinceNs[i][j] = NEVER;
        }
      }
    }
  }

  private boolean hearEachOther(SimulatedNode a, SimulatedNode b) {
    return network.connected(a, b)
        && network.connected(b, a)
        && a.understands(b)
        && b.understands(a);
  }

  /** A minute less what a move may take until both ends have counted it. */
  private void moved(SimulatedNode to, long nowNs) {
    last = to;
    movesNs.add(nowNs);
    long sinceNs = nowNs - 60 * SECOND_NS + SLACK_NS;
    while (movesNs.peek() <= sinceNs) {
      movesNs.remove();
    }
    check(movesNs.size() <= movesPerMinute, "the address moves too often");
    boolean allFail = nodes.stream().allMatch(it -> it.failedSince(sinceNs));
    check(!allFail || movesNs.size() <= movesWhereAllFail, "what fails for all moves the address");
  }

  /** Moves before now do not count. */
  void forgetMoves() {
    movesNs.clear();
  }

  private void check(boolean holds, String problem) {
    if (!holds) {
      network.fail(problem);
    }
  }
}
