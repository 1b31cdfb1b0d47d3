package io.vipops.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Which faults come when: everything about them that a seed decides. */
final class FaultPlan {
  /** How long the faults of a round go on to begin. */
  private static final int ROUND_MS = 22_000;

  /** What goes wrong, and for how long: at least, at most, in milliseconds. */
  enum Kind {
    /** SIGKILL, and another engine later. */
    KILL(200, 6000),
    /** SIGSTOP for less than the lease. */
    FREEZE(200, 2500),
    /** SIGSTOP for more than the lease. */
    FREEZE_LONG(3600, 8000),
    /** A clean stop, and another engine later. */
    STOP(200, 5000),
    /** The cable is out: no carrier. */
    UNPLUG(200, 6000),
    /** The interface is set down, which takes its IPv6 addresses. */
    LINK_DOWN(200, 6000),
    /** Cut off on the bridge; carrier stays. */
    CUT(200, 8000),
    /** Many packets are lost, both ways. */
    LOSS(1000, 6000),
    /** A virtual address is deleted by somebody else. */
    DELETE(0, 0),
    /** The node's own IPv4 address is gone. */
    ADDRESS(200, 5000),
    /** The address that its IPv6 adverts come from is gone. */
    LINK_LOCAL(200, 5000),
    /** A check with a weight fails. */
    LOWER(500, 8000),
    LOWER_ALL(500, 8000),
    /** A check of weight 0 fails. */
    FAIL(500, 8000),
    FAIL_ALL(500, 8000),
    /** The operator drains the node. */
    DRAIN(500, 8000),
    /** A commit adds an address, a later one removes it. */
    COMMIT(500, 8000);

    final int leastMs;
    final int mostMs;

    Kind(int leastMs, int mostMs) {
      this.leastMs = leastMs;
      this.mostMs = mostMs;
    }
  }

  /**
   * One fault.
   *
   * @param afterMs from the beginning of the round
   * @param host of those on one host: which; of the others: where it begins
   * @param router of those of one virtual router: which
   * @param number anything that the kind needs: a percentage, a pause, an address
   */
  record Fault(Kind kind, int afterMs, int lastsMs, int host, int router, int number) {
    @Override
    public String toString() {
      return "%5d ms %s %s r%d (%d) for %d ms"
          .formatted(
              afterMs,
              kind,
              FaultyHost.NAMES.get(host),
              FaultyRouter.TEN.get(router).vrid(),
              number,
              lastsMs);
    }
  }

  private final Random random;
  private final List<Kind> deck = new ArrayList<>();

  FaultPlan(long seed) {
    random = new Random(seed);
  }

  /** The next round, in the order in which they begin. */
  List<Fault> round() {
    List<Fault> faults = new ArrayList<>();
    for (int atMs = within(0, 1000); atMs < ROUND_MS; atMs += within(600, 3500)) {
      Kind kind = deal();
      int lastsMs = within(kind.leastMs, kind.mostMs);
      int host = random.nextInt(3);
      int router = random.nextInt(FaultyRouter.TEN.size());
      faults.add(new Fault(kind, atMs, lastsMs, host, router, random.nextInt(1000)));
    }
    faults.sort(Comparator.comparing(Fault::afterMs));
    return faults;
  }

  /** All come before one comes again. */
  private Kind deal() {
    if (deck.isEmpty()) {
      deck.addAll(Arrays.asList(Kind.values()));
      deck.addAll(List.of(Kind.DELETE, Kind.DELETE)); // often nobody has it, and it costs no time
      Collections.shuffle(deck, random);
    }
    return deck.remove(deck.size() - 1);
  }

  private int within(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }
}
