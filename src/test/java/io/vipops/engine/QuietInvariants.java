package io.vipops.engine;

import io.vipops.engine.SentAdverts.Advert;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What must hold once every fault is undone, and the longest wait there is has passed. */
final class QuietInvariants {
  private final FaultEvidence evidence;

  /** How often the best of all was the one that served where preempting is allowed, of how many. */
  int best;

  int looks;

  QuietInvariants(FaultEvidence evidence) {
    this.evidence = evidence;
  }

  /** How long it may take until it is quiet. */
  static long boundUs() {
    return FaultyRouter.TEN.stream().mapToLong(FaultyRouter::longestDownUs).max().orElseThrow()
        + FaultInvariants.SLACK_US;
  }

  /** Looks at a quiet time; returns what did not hold, a line each. */
  List<String> check(Spans.Span quiet) {
    List<String> wrong = new ArrayList<>();
    for (FaultyRouter router : FaultyRouter.TEN) {
      held(router, quiet, wrong);
      oneServes(router, quiet, wrong);
    }
    return wrong;
  }

  private void held(FaultyRouter router, Spans.Span quiet, List<String> wrong) {
    for (String address : router.addresses()) {
      Spans nobody = Spans.of(quiet.fromUs(), quiet.untilUs());
      for (int host = 0; host < 3; host++) {
        nobody = nobody.minus(evidence.addresses(host).spans(address, quiet));
      }
      if (nobody.longest().lengthUs() > FaultInvariants.SLACK_US) {
        wrong.add(router.name() + ": " + address + " was nowhere though nothing was wrong");
      }
    }
  }

  /** In the end: one host has every address, no other has any, and it is the one that speaks. */
  private void oneServes(FaultyRouter router, Spans.Span quiet, List<String> wrong) {
    long endUs = beforeItMoves(router, quiet);
    Spans.Span end = new Spans.Span(endUs - 1, endUs);
    List<Integer> holders =
        IntStream.range(0, 3)
            .filter(host -> !evidence.any(host, router.allAddresses(), end).isEmpty())
            .boxed()
            .toList();
    Spans.Span lately = lately(router, endUs);
    List<Integer> speakers =
        IntStream.range(0, 3).filter(host -> lastWord(host, router, lately) > 0).boxed().toList();
    boolean one = holders.size() == 1 && speakers.equals(holders);
    if (!one || evidence.all(holders.get(0), router.addresses(), end).isEmpty()) {
      wrong.add(
          "%s: when all was quiet it was on %s, and %s spoke"
              .formatted(router.name(), names(holders), names(speakers)));
    } else if (!evidence.any(holders.get(0), List.of(router.extra()), end).isEmpty()) {
      wrong.add(router.name() + ": " + router.extra() + " is still there");
    } else if (router.preempt()) {
      looks++;
      best += holders.get(0) == router.best() ? 1 : 0;
    }
  }

  private static Spans.Span lately(FaultyRouter router, long endUs) {
    return new Spans.Span(endUs - router.intervalUs() - FaultInvariants.SLACK_US, endUs);
  }

  /**
   * A better host may take over in a quiet time, once no hold keeps it from that: then it is right
   * before that one looks, and it has to have been like that for as long.
   */
  private long beforeItMoves(FaultyRouter router, Spans.Span quiet) {
    Spans.Span lately = lately(router, quiet.untilUs());
    long endUs = quiet.untilUs();
    for (int host = 0; host < 3; host++) {
      for (Spans.Span held : evidence.any(host, router.allAddresses(), lately).all()) {
        endUs = held.fromUs() > lately.fromUs() ? Math.min(endUs, held.fromUs()) : endUs;
      }
    }
    return endUs;
  }

  /** The last priority that it advertised; 0: it resigned, or said nothing. */
  private int lastWord(int host, FaultyRouter router, Spans.Span lately) {
    List<Advert> sent = evidence.adverts(host).of(router, lately);
    return sent.isEmpty() ? 0 : sent.get(sent.size() - 1).priority();
  }

  private static List<String> names(List<Integer> hosts) {
    return hosts.stream().map(FaultyHost.NAMES::get).toList();
  }
}
