package io.vipops.engine;

import io.vipops.engine.FaultyHost.Wrong;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What three kernels said of addresses and adverts, and when the hosts were in what trouble. */
final class FaultEvidence {
  /** How late the kernel may end a lease. */
  private static final long KERNEL_US = 400_000;

  /** It looks for leases that are over once a second at most (ADDRCONF_TIMER_FUZZ_MAX). */
  private static final long KERNEL_REST_US = 1_000_000;

  static final long LEASE_US = FaultyRouter.LEASE_S * 1_000_000L + KERNEL_US;

  final List<FaultyHost> hosts;
  private final List<KernelAddresses> addresses = new ArrayList<>();
  private final List<SentAdverts> adverts = new ArrayList<>();

  /** Watches from now on; no engine may run yet. */
  FaultEvidence(List<FaultyHost> hosts, Path folder) throws Exception {
    this.hosts = hosts;
    for (FaultyHost it : hosts) {
      addresses.add(new KernelAddresses(it.host, folder.resolve(it.name() + ".addresses")));
      adverts.add(new SentAdverts(it.host, folder.resolve(it.name() + ".pcap")));
    }
  }

  void catchUp() throws Exception {
    for (int i = 0; i < hosts.size(); i++) {
      addresses.get(i).catchUp();
      adverts.get(i).catchUp();
    }
  }

  void forget(long beforeUs) {
    addresses.forEach(it -> it.forget(beforeUs));
    adverts.forEach(it -> it.forget(beforeUs));
    hosts.forEach(it -> it.forget(beforeUs));
  }

  KernelAddresses addresses(int host) {
    return addresses.get(host);
  }

  SentAdverts adverts(int host) {
    return adverts.get(host);
  }

  /**
   * How long after an engine's last advert an address may have gone: as its lease says, but where
   * the kernel ended another one shortly before, only after its rest. A host renews its leases
   * together: two end apart only where one of them had not been there for a second yet.
   *
   * @param held since when, until then
   */
  long leftoverUs(int host, FaultyRouter router, Spans.Span held) {
    long goneUs = held.untilUs();
    Spans.Span before = new Spans.Span(goneUs - KERNEL_REST_US - KERNEL_US, goneUs - KERNEL_US / 2);
    long restedUs = LEASE_US + KERNEL_REST_US; // and so long lasts one that was never renewed
    long longestUs = held.lengthUs() < restedUs ? Long.MAX_VALUE : restedUs;
    boolean rested = addresses.get(host).lost(router.ipv6(), longestUs, before);
    return rested ? restedUs : LEASE_US;
  }

  /** When a host had at least one of these. */
  Spans any(int host, List<String> of, Spans.Span within) {
    Spans any = Spans.NONE;
    for (String it : of) {
      any = any.or(addresses.get(host).spans(it, within));
    }
    return any;
  }

  /** When a host had all of these. */
  Spans all(int host, List<String> of, Spans.Span within) {
    Spans all = Spans.of(within.fromUs(), within.untilUs());
    for (String it : of) {
      all = all.and(addresses.get(host).spans(it, within));
    }
    return all;
  }

  /** When a host did not hear all that the others said, or they not all that it said. */
  Spans deaf(int host, FaultyRouter router) {
    return hosts.get(host).when(Wrong.CUT, router.ipv6() ? Wrong.CUT_IPV6 : Wrong.CUT_IPV4);
  }

  /**
   * When two holders are nobody's fault as far as one of them goes: it is deaf, or what it has is
   * left over from an engine that cannot act any more, for its lease.
   */
  Spans excused(int host, FaultyRouter router) {
    Spans excused = deaf(host, router);
    for (Spans.Span it : hosts.get(host).when(Wrong.FROZEN).all()) {
      long untilUs = Math.min(it.untilUs(), it.fromUs() + LEASE_US);
      excused = excused.or(Spans.of(it.fromUs(), untilUs));
    }
    for (Spans.Span it : hosts.get(host).when(Wrong.KILLED).all()) {
      excused = excused.or(Spans.of(it.fromUs(), it.fromUs() + LEASE_US));
    }
    return excused;
  }

  /** When a host could serve and knew whether it had to; broken where it was told something. */
  List<Spans> able(int host, FaultyRouter router, Spans.Span within) {
    FaultyHost it = hosts.get(host);
    Spans able =
        Spans.of(within.fromUs(), within.untilUs())
            .minus(deaf(host, router))
            .minus(it.when(Wrong.NO_ENGINE, Wrong.FROZEN, Wrong.DRAINED));
    List<Spans> pieces = new ArrayList<>();
    long fromUs = within.fromUs();
    for (long us : it.told(within)) {
      pieces.add(able.and(Spans.of(fromUs, us)));
      fromUs = us;
    }
    pieces.add(able.and(Spans.of(fromUs, within.untilUs())));
    return pieces;
  }
}
