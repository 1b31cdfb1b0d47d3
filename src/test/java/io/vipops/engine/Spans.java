package io.vipops.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/** Times at which something was so: in order, apart from each other, in µs of the wall clock. */
record Spans(List<Span> all) {
  static final Spans NONE = new Spans(List.of());

  /** From the first to just before the second. */
  record Span(long fromUs, long untilUs) {
    long lengthUs() {
      return untilUs - fromUs;
    }

    boolean has(long us) {
      return us >= fromUs && us < untilUs;
    }
  }

  static Spans of(long fromUs, long untilUs) {
    return fromUs < untilUs ? new Spans(List.of(new Span(fromUs, untilUs))) : NONE;
  }

  static String text(long us) {
    return Instant.ofEpochSecond(us / 1_000_000, us % 1_000_000 * 1000).toString();
  }

  Spans and(Spans other) {
    return with(other, (ours, theirs) -> ours && theirs);
  }

  Spans or(Spans other) {
    return with(other, (ours, theirs) -> ours || theirs);
  }

  Spans minus(Spans other) {
    return with(other, (ours, theirs) -> ours && !theirs);
  }

  boolean has(long us) {
    return all.stream().anyMatch(it -> it.has(us));
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** The longest of them; of nothing, one that has no length. */
  Span longest() {
    Span longest = new Span(0, 0);
    for (Span it : all) {
      longest = it.lengthUs() > longest.lengthUs() ? it : longest;
    }
    return longest;
  }

  private Spans with(Spans other, BiPredicate<Boolean, Boolean> wanted) {
    TreeSet<Long> edges = new TreeSet<>();
    for (Spans each : List.of(this, other)) {
      each.all.forEach(it -> edges.addAll(List.of(it.fromUs, it.untilUs)));
    }
    List<Span> result = new ArrayList<>();
    for (long from : edges) {
      Long until = edges.higher(from);
      if (until != null && wanted.test(has(from), other.has(from))) {
        int last = result.size() - 1;
        boolean goesOn = last >= 0 && result.get(last).untilUs == from;
        Span span = new Span(goesOn ? result.remove(last).fromUs : from, until);
        result.add(span);
      }
    }
    return new Spans(result);
  }
}
