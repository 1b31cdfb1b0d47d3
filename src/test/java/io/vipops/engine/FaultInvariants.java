package io.vipops.engine;

import io.vipops.engine.FaultyHost.Wrong;
import io.vipops.engine.SentAdverts.Advert;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What must hold of each virtual router at every moment, whatever goes wrong, judged by what the
 * kernels of three hosts said of addresses and adverts. See {@link QuietInvariants} for what holds
 * once everything is whole.
 */
final class FaultInvariants {
  /**
   * What anything may be late: two busy processors keep a process waiting for that long, be it an
   * engine, or the monitor, which stamps what the kernel said when it reads it.
   */
  static final long SLACK_US = 1_500_000;

  /** Who thaws and has heard of another Active is obeying it; what was heard so shortly may not. */
  private static final long JUST_NOW_US = 50_000;

  private final FaultEvidence evidence;
  private final FaultDriver driver;
  private final List<String> wrong = new ArrayList<>();

  /** Over all: how often an address moved, and the longest times, excused ones among them. */
  long moves;

  long longestNobodyUs;
  long longestBothUs;
  long longestBlamedUs;
  long longestSilentUs;

  /** How long it took until an address was back that somebody had deleted. */
  final List<Long> restoredUs = new ArrayList<>();

  FaultInvariants(FaultEvidence evidence, FaultDriver driver) {
    this.evidence = evidence;
    this.driver = driver;
  }

  /**
   * Looks at one round.
   *
   * @param faults how many there were, and {@code losses} how many of them lost packets
   * @return what did not hold, a line each
   */
  List<String> check(Spans.Span round, int faults, int losses) {
    wrong.clear();
    for (FaultyRouter router : FaultyRouter.TEN) {
      twoHolders(router, round);
      nobody(router, round);
      for (int host = 0; host < 3; host++) {
        List<Advert> sent = evidence.adverts(host).of(router, round);
        silent(router, host, sent, round);
        speaksWithout(router, host, sent, round);
        together(router, host, round);
        storm(router, host, sent);
        thawed(router, host, round);
        stopped(router, host, round);
      }
      moves(router, round, faults, losses);
    }
    for (int host = 0; host < 3; host++) {
      wellFormed(host, round);
      leases(host);
    }
    driver.commits(round).forEach(it -> committed(it, round));
    driver.deleted(round).forEach(it -> restored(it, round));
    return List.copyOf(wrong);
  }

  private void twoHolders(FaultyRouter router, Spans.Span round) {
    for (int a = 0; a < 3; a++) {
      for (int b = 0; b < a; b++) {
        Spans both =
            evidence
                .any(a, router.allAddresses(), round)
                .and(evidence.any(b, router.allAddresses(), round));
        Spans blamed = both.minus(evidence.excused(a, router)).minus(evidence.excused(b, router));
        longestBothUs = Math.max(longestBothUs, both.longest().lengthUs());
        longestBlamedUs = Math.max(longestBlamedUs, blamed.longest().lengthUs());
        Spans.Span longest = blamed.longest();
        if (longest.lengthUs() > router.intervalUs() + SLACK_US) {
          wrong(router, "on two hosts, " + FaultyHost.NAMES.get(b) + " and", a, longest);
        }
      }
    }
  }

  private void nobody(FaultyRouter router, Spans.Span round) {
    for (String address : router.addresses()) {
      Spans nobody = Spans.of(round.fromUs(), round.untilUs());
      for (int host = 0; host < 3; host++) {
        nobody = nobody.minus(evidence.addresses(host).spans(address, round));
      }
      longestNobodyUs = Math.max(longestNobodyUs, nobody.longest().lengthUs());
      for (int host = 0; host < 3; host++) {
        for (Spans able : evidence.able(host, router, round)) {
          Spans.Span longest = nobody.and(able).longest();
          if (longest.lengthUs() > router.longestDownUs() + SLACK_US) {
            wrong(router, address + " is nowhere, and all the time could serve", host, longest);
          }
        }
      }
    }
  }

  /**
   * No address without adverts for longer than its lease, and for an engine that can act no longer
   * than between two adverts, or until a hand-over is given up.
   */
  private void silent(FaultyRouter router, int host, List<Advert> sent, Spans.Span round) {
    Spans unable = evidence.hosts.get(host).when(Wrong.FROZEN, Wrong.NO_ENGINE);
    long mostUs = router.intervalUs() + router.skewUs() + SLACK_US;
    for (Spans.Span held : evidence.any(host, router.allAddresses(), round).all()) {
      long lastUs = held.fromUs();
      List<Long> ends = new ArrayList<>(sent.stream().map(Advert::us).filter(held::has).toList());
      ends.add(held.untilUs());
      for (long us : ends) {
        Spans.Span silence = new Spans.Span(lastUs, us);
        longestSilentUs = Math.max(longestSilentUs, silence.lengthUs());
        if (silence.lengthUs()
            > evidence.leftoverUs(host, router, new Spans.Span(held.fromUs(), us))) {
          wrong(router, "held in silence by", host, silence);
        }
        Spans.Span able = Spans.of(lastUs, us).minus(unable).longest();
        if (able.lengthUs() > mostUs) {
          wrong(router, "held in silence by an engine that could act, of", host, able);
        }
        lastUs = us;
      }
    }
  }

  /** An Active has its addresses, all of them. */
  private void speaksWithout(FaultyRouter router, int host, List<Advert> sent, Spans.Span round) {
    for (String address : router.addresses()) {
      Spans held = evidence.addresses(host).spans(address, round);
      sent.stream()
          .filter(it -> it.priority() > 0)
          .map(it -> new Spans.Span(it.us() - SLACK_US, it.us() + SLACK_US))
          .filter(it -> round.has(it.fromUs()) && round.has(it.untilUs()))
          .filter(it -> held.and(Spans.of(it.fromUs(), it.untilUs())).isEmpty())
          .findFirst()
          .ifPresent(it -> wrong(router, "an advert without " + address + " of", host, it));
    }
  }

  private void together(FaultyRouter router, int host, Spans.Span round) {
    Spans some =
        evidence
            .any(host, router.addresses(), round)
            .minus(evidence.all(host, router.addresses(), round));
    Spans extraAlone =
        evidence
            .addresses(host)
            .spans(router.extra(), round)
            .minus(evidence.any(host, router.addresses(), round));
    for (Spans it : List.of(some, extraAlone)) {
      if (it.longest().lengthUs() > SLACK_US) {
        wrong(router, "only some of its addresses on", host, it.longest());
      }
    }
  }

  /** Adverts: four times as many as the interval asks for, and answers to what lost. */
  private void storm(FaultyRouter router, int host, List<Advert> sent) {
    long most = 4 * Math.max(1, 1_000_000 / router.intervalUs()) + 20;
    for (int i = 0; i + most < sent.size(); i++) {
      long fromUs = sent.get(i).us();
      long untilUs = sent.get((int) (i + most)).us();
      if (untilUs - fromUs < 1_000_000) {
        wrong(router, "a storm of adverts of", host, new Spans.Span(fromUs, untilUs));
        return;
      }
    }
  }

  /**
   * Who was frozen for longer than others wait, and is not to preempt the one that serves now, says
   * nothing while that one does.
   */
  private void thawed(FaultyRouter router, int host, Spans.Span round) {
    Spans deaf = evidence.deaf(host, router);
    for (Spans.Span frozen : evidence.hosts.get(host).when(Wrong.FROZEN).all()) {
      Optional<Advert> first =
          evidence.adverts(host).of(router, round).stream()
              .filter(it -> it.us() >= frozen.untilUs())
              .findFirst();
      if (first.isEmpty() || frozen.lengthUs() < router.shortestDownUs()) {
        continue;
      }
      for (int other = 0; other < 3; other++) {
        long heardUs = frozen.untilUs() - JUST_NOW_US;
        Spans blind = deaf.or(evidence.deaf(other, router));
        boolean heard = blind.and(Spans.of(frozen.fromUs(), first.get().us())).isEmpty();
        List<Advert> before =
            evidence.adverts(other).of(router, new Spans.Span(frozen.fromUs(), first.get().us()));
        boolean active =
            other != host
                && heard
                && before.stream().anyMatch(it -> it.us() < heardUs && it.priority() > 0)
                && before.get(before.size() - 1).priority() > 0;
        long lastUs = active ? before.get(before.size() - 1).us() : 0;
        int theirs = active ? before.get(before.size() - 1).priority() : 0;
        boolean mayPreempt =
            router.preempt()
                ? router.priorities().get(host) > theirs
                : degraded(router, other, theirs);
        if (active && !mayPreempt && first.get().us() - lastUs < router.shortestDownUs()) {
          wrong(
              router,
              "thawed, and spoke against " + FaultyHost.NAMES.get(other) + ":",
              host,
              new Spans.Span(frozen.untilUs(), first.get().us()));
        }
      }
    }
  }

  /** A node that says less than its base priority may be replaced in any case. */
  private static boolean degraded(FaultyRouter router, int host, int priority) {
    return priority < router.priorities().get(host);
  }

  /** After a clean stop there is nothing left, at once. */
  private void stopped(FaultyRouter router, int host, Spans.Span round) {
    Spans left =
        evidence
            .any(host, router.allAddresses(), round)
            .and(evidence.hosts.get(host).when(Wrong.STOPPED));
    if (left.longest().lengthUs() > SLACK_US / 5) {
      wrong(router, "left behind by a clean stop on", host, left.longest());
    }
  }

  /** Each fault moves the addresses away and back, at most twice; packet loss may do more. */
  private void moves(FaultyRouter router, Spans.Span round, int faults, int losses) {
    List<Long> gained = new ArrayList<>();
    for (int host = 0; host < 3; host++) {
      for (Spans.Span it : evidence.any(host, router.addresses(), round).all()) {
        if (it.fromUs() > round.fromUs()) {
          gained.add(it.fromUs());
        }
      }
    }
    moves += gained.size();
    int most = 4 + 3 * faults + 10 * losses;
    if (gained.size() > most) {
      wrong.add(router.name() + ": " + gained.size() + " moves in a round, at most " + most);
    }
  }

  private void wellFormed(int host, Spans.Span round) {
    FaultyHost of = evidence.hosts.get(host);
    evidence.adverts(host).all(round).stream()
        .filter(
            it ->
                it.ttl() != 255
                    || it.form() == HeardAdverts.Form.BAD
                    || !of.sources().contains(it.source()))
        .findFirst()
        .ifPresent(it -> wrong.add("host " + of.name() + " sent " + it));
  }

  private void leases(int host) {
    for (FaultyRouter router : FaultyRouter.TEN) {
      for (String address : router.allAddresses()) {
        if (evidence.addresses(host).withoutLease().contains(address)) {
          wrong.add(address + " was without a lease on " + FaultyHost.NAMES.get(host));
        }
      }
    }
  }

  /** What a commit adds is where the rest is. */
  private void committed(FaultDriver.Commit commit, Spans.Span round) {
    FaultyRouter router = commit.router();
    Spans inForce = Spans.of(commit.inForce().fromUs(), commit.inForce().untilUs());
    for (int host = 0; host < 3; host++) {
      Spans without =
          evidence
              .all(host, router.addresses(), round)
              .minus(evidence.addresses(host).spans(router.extra(), round))
              .minus(evidence.hosts.get(host).when(Wrong.FROZEN, Wrong.NO_ENGINE))
              .and(inForce);
      if (without.longest().lengthUs() > SLACK_US) {
        wrong(router, router.extra() + " is missing on", host, without.longest());
      }
    }
  }

  /** Deleted by somebody, it is back at once, or the whole router somewhere else. */
  private void restored(FaultDriver.Deleted deleted, Spans.Span round) {
    Spans soon = Spans.of(deleted.us(), deleted.us() + SLACK_US);
    long goneUs = 0;
    for (int host = 0; host < 3; host++) {
      for (Spans.Span it :
          evidence.addresses(host).spans(deleted.address(), round).and(soon).all()) {
        boolean back = goneUs > 0 && host == deleted.host();
        if (back) {
          restoredUs.add(it.fromUs() - goneUs);
        }
        if (back || it.fromUs() > deleted.us() || it.untilUs() == soon.all().get(0).untilUs()) {
          return;
        }
        goneUs = host == deleted.host() ? it.untilUs() : 0;
      }
    }
    wrong(
        deleted.router(),
        deleted.address() + " was deleted and not restored on",
        deleted.host(),
        soon.longest());
  }

  private void wrong(FaultyRouter router, String what, int host, Spans.Span when) {
    wrong.add(
        "%s: %s %s for %.3f s from %s on"
            .formatted(
                router.name(),
                what,
                FaultyHost.NAMES.get(host),
                when.lengthUs() / 1e6,
                Spans.text(when.fromUs())));
  }
}
