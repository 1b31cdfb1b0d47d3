package io.vipops.web;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts of one kind by a word, from zero at each start of the worker. */
public final class Tally {
  private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();

  public void add(String word, long count) {
    counts.computeIfAbsent(word, name -> new AtomicLong()).addAndGet(count);
  }

  /** By word, in order. */
  public Map<String, Long> shown() {
    Map<String, Long> all = new TreeMap<>();
    counts.forEach((word, count) -> all.put(word, count.get()));
    return all;
  }
}
