package io.vipops.vrrp;

import java.util.Locale;

/** What became of a received packet. */
public sealed interface Decoded {

  /**
   * An advertisement for one of our instances.
   *
   * @param sameAddresses whether it lists the instance's virtual addresses, in any order; if not,
   *     the nodes are configured differently, which is worth a count and an event but no discard
   */
  record Accepted(Advertisement advertisement, Checksum checksum, boolean sameAddresses)
      implements Decoded {}

  /** Not acted on. */
  record Discarded(Reason reason) implements Decoded {}

  /** Why a packet is discarded, in the order of the checks (RFC 9568 §7.1, RFC 3768 §7.1). */
  enum Reason {
    /** TTL, or IPv6 hop limit, below 255; of unicast, below what the instance accepts. */
    TTL,
    /** Not to the multicast group; of unicast, to it. */
    DESTINATION,
    /** Of unicast: from none of the peers. */
    PEER,
    VERSION,
    TYPE,
    LENGTH,
    CHECKSUM,
    VRID,
    /** Version 2, and this node owns the address. */
    OWNER,
    AUTH,
    /** IPv6, and the first address is not link-local. */
    LINK_LOCAL,
    INTERVAL,
    /** None in it. */
    ADDRESSES;

    /** The key in status and metrics, e.g. {@code checksum}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
