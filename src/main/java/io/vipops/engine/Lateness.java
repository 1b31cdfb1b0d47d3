package io.vipops.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Counts how late the loop sent its adverts, since it began and in the last minute. Belongs to the
 * loop's thread; counting makes no garbage and waits for nobody.
 */
final class Lateness {
  /** Upper bounds of the buckets; there is one more for what is later. */
  private static final long[] BOUNDS_NS =
      LongStream.of(
              500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
              1_000_000)
          .map(us -> us * 1000)
          .toArray();

  /** The last minute is this many slices; the oldest one goes as a whole. */
  private static final int SLICES = 12;

  private static final long SLICE_NS = 5_000_000_000L;

  private final long[] counts;
  private final long[][] recent;
  private final long[] recentMaxNs;
  private long sumNs;

  /** Number of the newest slice, by the clock. */
  private long newest;

  Lateness(long nowNs) {
    counts = new long[BOUNDS_NS.length + 1];
    recent = new long[SLICES][counts.length];
    recentMaxNs = new long[SLICES];
    newest = Math.floorDiv(nowNs, SLICE_NS);
  }

  private Lateness(Lateness from) {
    counts = from.counts.clone();
    recent = new long[SLICES][];
    for (int slice = 0; slice < SLICES; slice++) {
      recent[slice] = from.recent[slice].clone();
    }
    recentMaxNs = from.recentMaxNs.clone();
    sumNs = from.sumNs;
    newest = from.newest;
  }

  /**
   * An advert was sent.
   *
   * @param lateNs after it was due
   */
  void count(long lateNs, long nowNs) {
    long ns = Math.max(0, lateNs);
    int bucket = 0;
    while (bucket < BOUNDS_NS.length && ns > BOUNDS_NS[bucket]) {
      bucket++;
    }
    counts[bucket]++;
    sumNs += ns;
    int slice = forward(nowNs);
    recent[slice][bucket]++;
    recentMaxNs[slice] = Math.max(recentMaxNs[slice], ns);
  }

  /** As it is now, for another thread; what follows from it is worked out there. */
  Lateness copy(long nowNs) {
    int unused = forward(nowNs);
    return new Lateness(this);
  }

  AdvertLateness summary() {
    long[] minute = new long[counts.length];
    long maxNs = 0;
    for (int slice = 0; slice < SLICES; slice++) {
      maxNs = Math.max(maxNs, recentMaxNs[slice]);
      for (int bucket = 0; bucket < minute.length; bucket++) {
        minute[bucket] += recent[slice][bucket];
      }
    }
    return new AdvertLateness(
        Arrays.stream(BOUNDS_NS).mapToObj(Duration::ofNanos).toList(),
        LongStream.of(counts).boxed().toList(),
        Duration.ofNanos(sumNs),
        LongStream.of(minute).sum(),
        Duration.ofNanos(p99Ns(minute, maxNs)),
        Duration.ofNanos(maxNs));
  }

  /** As near as the buckets tell: the bound that 99 of 100 keep to. */
  private long p99Ns(long[] minute, long maxNs) {
    long total = LongStream.of(minute).sum();
    long within = 0;
    for (int bucket = 0; bucket < BOUNDS_NS.length; bucket++) {
      within += minute[bucket];
      if (within * 100 >= total * 99) {
        return Math.min(BOUNDS_NS[bucket], maxNs);
      }
    }
    return maxNs;
  }

  /** Empties the slices that begin since the last call; returns where the newest one lies. */
  private int forward(long nowNs) {
    long now = Math.floorDiv(nowNs, SLICE_NS);
    for (long slice = Math.max(newest + 1, now - SLICES + 1); slice <= now; slice++) {
      int at = Math.floorMod(slice, SLICES);
      Arrays.fill(recent[at], 0);
      recentMaxNs[at] = 0;
    }
    newest = Math.max(newest, now);
    return Math.floorMod(newest, SLICES);
  }
}
