package io.vipops.engine;

import io.vipops.vrrp.AdvertCodec;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import io.vipops.vrrp.VirtualRouter;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A state machine at work: with its place on the host, its last advert, and what is counted. */
final class LiveRouter {
  /** 224.0.0.18, RFC 9568 §5.1.1.2. */
  static final Inet4Address GROUP = group();

  private final VirtualRouter router;
  private final Port port;
  private Configured configured;

  /** Peers on IPv4 disagree on version 3's checksum: begin as most do, follow what is heard. */
  private Checksum checksum = Checksum.PSEUDO_HEADER;

  private Effect.@Nullable Advertise encodedFor;
  private byte[] encoded = {};

  private Instant since = Instant.EPOCH;
  private String reason = "";
  private long transitions;
  private long sent;
  private long received;
  private final SortedMap<String, Long> discarded =
      new TreeMap<>(Map.of("ttl", 0L, "checksum", 0L));

  /** The last complaint that was passed on, so that it is not passed on every second. */
  private String complaint = "";

  /** Whether the peer's addresses differ from ours. */
  boolean addressesDiffer;

  /** Why it may not serve although the port can: the kernel refused an address. */
  @Nullable String refused;

  /** What the state machine was last told of its link: a problem, or null. */
  @Nullable String told;

  /** When {@link #refused} is forgotten, for another try. */
  long retryNs = Long.MAX_VALUE;

  LiveRouter(Configured configured, Standing standing, Port port) {
    this.configured = configured;
    this.router = new VirtualRouter(configured.run(), standing);
    this.port = port;
  }

  VirtualRouter router() {
    return router;
  }

  Port port() {
    return port;
  }

  Configured configured() {
    return configured;
  }

  /** Takes over what {@link VirtualRouter#onInstance} was told. */
  void configured(Configured next) {
    configured = next;
    encodedFor = null;
  }

  Instance instance() {
    return configured.run();
  }

  String name() {
    return instance().name();
  }

  /** The bytes of an advert; made once for as long as nothing in them changes. */
  byte[] encode(Effect.Advertise advert) {
    if (!advert.equals(encodedFor)) {
      encoded =
          AdvertCodec.encode(
              instance(), advert.priority(), advert.maxAdvertiseInterval(), checksum, GROUP);
      encodedFor = advert;
    }
    return encoded;
  }

  /** Returns whether this is another form than before. */
  boolean heardChecksum(Checksum heard) {
    if (instance().version() == 2 || heard == checksum) {
      return false;
    }
    checksum = heard;
    encodedFor = null;
    return true;
  }

  void countSent() {
    sent++;
  }

  void countReceived() {
    received++;
  }

  void countDiscarded(String why, long number) {
    discarded.merge(why, number, Long::sum);
  }

  void moved(Effect.Transition transition, Instant now) {
    since = now;
    reason = transition.reason();
    if (transition.from() != State.INIT) {
      transitions++; // a start is none
    }
  }

  /** Returns whether a complaint is new; empty: there is none any more. */
  boolean complains(String line) {
    boolean news = !line.isEmpty() && !line.equals(complaint);
    complaint = line;
    return news;
  }

  InstanceStatus status() {
    InetAddress peer = router.activePeer();
    return new InstanceStatus(
        configured.shown(),
        router.state(),
        since,
        reason,
        router.standing().effectivePriority(),
        peer == null ? null : peer.getHostAddress(),
        transitions,
        sent,
        received,
        new TreeMap<>(discarded));
  }

  private static Inet4Address group() {
    try {
      return (Inet4Address) InetAddress.getByAddress(new byte[] {(byte) 224, 0, 0, 18});
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException(e); // only for another length than 4 or 16
    }
  }
}
