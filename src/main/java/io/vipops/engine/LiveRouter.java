package io.vipops.engine;

import io.vipops.linux.LinkSocket;
import io.vipops.linux.SystemCallException;
import io.vipops.linux.VrrpSocket;
import io.vipops.spec.Addresses;
import io.vipops.vrrp.AdvertCodec;
import io.vipops.vrrp.AdvertFrame;
import io.vipops.vrrp.Advertisement;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Decoded;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import io.vipops.vrrp.VirtualRouter;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A state machine at work: with its place on the host, its last advert, and what is counted. */
final class LiveRouter {
  /** Why packets of any sender were lost: the receive buffer was full. */
  static final String OVERFLOW = "overflow";

  private final VirtualRouter router;
  private final Port port;
  private Configured configured;

  private final ChecksumChoice checksum;

  private Effect.@Nullable Advertise encodedFor;
  private @Nullable InetAddress encodedFrom;
  private List<VrrpSocket.Packet> encoded = List.of();

  /** The same from the virtual MAC; null: from the interface's. */
  private byte @Nullable [] frame;

  private Instant since = Instant.EPOCH;
  private String reason = "";
  private long transitions;
  private long sent;
  private long sentNs;
  private long received;

  /** Every reason is there from the start: a counter that appears late looks like a reset. */
  private final SortedMap<String, Long> discarded = new TreeMap<>();

  /** The last complaint that was passed on, so that it is not passed on every second. */
  private String complaint = "";

  /** The checks' and the operator's word, without what tracked interfaces make of it. */
  Standing told;

  /** The list had no link-local address, and no advert with one was heard since. */
  private boolean awaitingLinkLocal;

  /** Whether the peer's addresses differ from ours. */
  boolean addressesDiffer;

  /** The first of its sync group, which it follows; null: it follows nobody. */
  @Nullable LiveRouter leader;

  /** Those that follow it. */
  List<LiveRouter> followers = List.of();

  /** Why those cannot serve, as it was told; null: they can. */
  @Nullable String followersProblem;

  /** Why it may not serve although the port can: the kernel refused an address. */
  @Nullable String refused;

  /** What the state machine was last told of its link: a problem, or null. */
  @Nullable String toldProblem;

  /** The interface whose problem that is; null: none, or it is of another kind. */
  @Nullable String downInterface;

  /** When {@link #refused} is forgotten, for another try. */
  long retryNs = Long.MAX_VALUE;

  /**
   * @param told the agent's word
   * @param learned which checksum its peers used in an earlier run; null: not known
   */
  LiveRouter(
      Configured configured,
      Standing told,
      VirtualRouter router,
      @Nullable Checksum learned,
      Port port) {
    this.configured = configured;
    this.checksum = new ChecksumChoice(configured.run(), learned);
    this.told = told;
    this.router = router;
    this.port = port;
    for (Decoded.Reason reason : Decoded.Reason.values()) {
      discarded.put(reason.key(), 0L);
    }
    discarded.put(OVERFLOW, 0L);
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

  /**
   * Whether adverts must begin with a link-local address. Where this node's own list has none, the
   * peers' need have none either: keepalived runs such pairs, and discarding each other both would
   * serve. When one is added the nodes hear of it one after the other: until an advert has it,
   * those without still count.
   */
  boolean needsLinkLocal() {
    return !awaitingLinkLocal && instance().hasLinkLocal();
  }

  void heard(Advertisement advert) {
    received++;
    awaitingLinkLocal &= !advert.beginsWithLinkLocal();
  }

  /** Takes over what {@link VirtualRouter#onInstance} was told. */
  void configured(Configured next) {
    awaitingLinkLocal |= !instance().hasLinkLocal();
    configured = next;
    checksum.configure(next.run().options().checksum());
    encodedFor = null;
  }

  Instance instance() {
    return configured.run();
  }

  String name() {
    return instance().name();
  }

  /** Why it came to its state. */
  String reason() {
    return reason;
  }

  /**
   * Sends an advert to the group, or to every peer, whichever of them it cannot be sent to.
   *
   * @param lan sends what is to have the virtual MAC
   * @return whether there was something to send with
   * @throws SystemCallException the first failure
   */
  boolean send(Effect.Advertise advert, LinkSocket lan) throws SystemCallException {
    VrrpSocket socket = port.socket();
    InetAddress source = port.source();
    if (socket == null || source == null) {
      return false;
    }
    List<VrrpSocket.Packet> packets = encode(advert, source);
    if (frame == null) {
      socket.send(packets);
    } else {
      lan.send(frame, port.interfaceIndex());
    }
    sent++;
    sentNs = System.nanoTime();
    return true;
  }

  /** How many adverts were sent. */
  long sent() {
    return sent;
  }

  /** When the last of them was. */
  long sentNs() {
    return sentNs;
  }

  /** Made once for as long as nothing in them changes. */
  private List<VrrpSocket.Packet> encode(Effect.Advertise advert, InetAddress source) {
    if (!advert.equals(encodedFor) || !source.equals(encodedFrom)) {
      encoded =
          AdvertCodec.destinations(instance(), source).stream()
              .map(to -> new VrrpSocket.Packet(encode(advert, source, to), to))
              .toList();
      frame = instance().options().virtualMac() ? frame(encoded.get(0), source) : null;
      encodedFor = advert;
      encodedFrom = source;
    }
    return encoded;
  }

  private byte[] frame(VrrpSocket.Packet packet, InetAddress source) {
    return AdvertFrame.encode(instance().virtualMac(), source, packet.to(), packet.advertisement());
  }

  private byte[] encode(Effect.Advertise advert, InetAddress source, InetAddress to) {
    return AdvertCodec.encode(
        instance(), advert.priority(), advert.maxAdvertiseInterval(), checksum.form(), source, to);
  }

  /** Returns what to tell of a peer's checksum, after its address; null: nothing. */
  @Nullable String heardChecksum(Checksum heard) {
    String news = checksum.heard(heard);
    if (news != null) {
      encodedFor = null;
    }
    return news;
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

  /**
   * @param host where the interfaces that it tracks are looked up
   */
  InstanceStatus status(HostTable host) {
    InetAddress peer = router.activePeer();
    InetAddress rival = router.rival(System.nanoTime());
    return new InstanceStatus(
        configured.shown(),
        router.state(),
        since,
        reason,
        router.priority(),
        peer == null ? null : Addresses.text(peer),
        transitions,
        sent,
        received,
        new TreeMap<>(discarded),
        instance().options().trackInterfaces().stream()
            .map(it -> new InstanceStatus.Tracked(it, host.linkProblem(it.name())))
            .toList(),
        checksum.text(),
        checksum.learned(),
        rival == null ? null : Addresses.text(rival),
        router.contests());
  }
}
