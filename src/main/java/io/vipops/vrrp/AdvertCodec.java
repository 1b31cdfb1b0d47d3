package io.vipops.vrrp;

import io.vipops.spec.Addresses;
import io.vipops.spec.Unicast;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * VRRP packets over IPv4 and IPv6, without the IP header.
 *
 * <pre>
 * version 3, RFC 9568 §5.1                 version 2 (IPv4 only), RFC 3768 §5.1
 *  0       8       16      24      32       0       8       16      24      32
 * +---+---+-------+-------+-------+        +---+---+-------+-------+-------+
 * | 3 | 1 | VRID  |  Prio | Count |        | 2 | 1 | VRID  |  Prio | Count |
 * +---+---+-------+-------+-------+        +---+---+-------+-------+-------+
 * | 0 |  Max Adver|    Checksum   |        | Auth  | Adver |    Checksum   |
 * +---+-----------+---------------+        +-------+-------+---------------+
 * |    IPv4 or IPv6 address 1..n  |        |        IPv4 address 1..n      |
 * +-------------------------------+        +-------------------------------+
 *   Max Adver: 12 bits, centiseconds       |   authentication data, 8 bytes |
 *   IPv6: address 1 is link-local          +-------------------------------+
 *                                            Adver: seconds
 * </pre>
 */
public final class AdvertCodec {
  private static final int TYPE_ADVERTISEMENT = 1;
  private static final int HEADER_BYTES = 8;
  private static final int AUTH_BYTES = 8;
  private static final int AUTH_NONE = 0;
  private static final int AUTH_SIMPLE_TEXT = 1;
  private static final int OWNER = 255;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long CENTISECOND_NS = 10_000_000L;

  /** 224.0.0.18, RFC 9568 §5.1.1.2. */
  private static final InetAddress GROUP_IPV4 = address(new byte[] {(byte) 224, 0, 0, 18});

  /** ff02::12, RFC 9568 §5.1.2.2. */
  private static final InetAddress GROUP_IPV6 =
      address(new byte[] {(byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12});

  private AdvertCodec() {}

  /**
   * What the IP header said of a packet; both addresses are of one family.
   *
   * @param ttl 0-255, in IPv6 the hop limit
   */
  public record Ip(InetAddress source, InetAddress destination, int ttl) {
    boolean isIpv6() {
      return source instanceof Inet6Address;
    }

    int addressBytes() {
      return isIpv6() ? 16 : 4;
    }
  }

  /** Where all adverts of a family go. */
  public static InetAddress group(boolean ipv6) {
    return ipv6 ? GROUP_IPV6 : GROUP_IPV4;
  }

  /**
   * Where the adverts of an instance go.
   *
   * @param source where they come from: a list of peers may have this node in it
   */
  public static List<InetAddress> destinations(Instance instance, InetAddress source) {
    Unicast unicast = instance.options().unicast();
    return unicast == null
        ? List.of(group(instance.isIpv6()))
        : unicast.peers().stream().filter(it -> !it.equals(source)).toList();
  }

  /**
   * Encodes what an instance says.
   *
   * @param priority 0-255
   * @param maxAdvertiseInterval version 2: 1-255 s, fractions dropped; version 3: 10 ms-40.95 s
   * @param checksum version 2 has one form only, {@link Checksum#MESSAGE}; so has IPv6, {@link
   *     Checksum#PSEUDO_HEADER}
   * @param source what the IP header will say, of the instance's family
   * @param destination the same; one of {@link #destinations}
   * @throws IllegalArgumentException when a value does not fit its field
   */
  public static byte[] encode(
      Instance instance,
      int priority,
      Duration maxAdvertiseInterval,
      Checksum checksum,
      InetAddress source,
      InetAddress destination) {
    boolean version2 = instance.version() == 2;
    Ip ip = new Ip(source, destination, 255);
    if (version2 && ip.isIpv6()) {
      throw new IllegalArgumentException("version 2 knows no IPv6");
    }
    List<InetAddress> addresses = inAdvertOrder(instance);
    int count = addresses.size();
    int length = HEADER_BYTES + ip.addressBytes() * count + (version2 ? AUTH_BYTES : 0);
    ByteBuffer out = ByteBuffer.allocate(length);
    out.put((byte) (instance.version() << 4 | TYPE_ADVERTISEMENT));
    out.put(octet("virtual router id", instance.virtualRouterId()));
    out.put(octet("priority", priority));
    out.put(octet("number of addresses", count));
    if (version2) {
      out.put((byte) (instance.password() == null ? AUTH_NONE : AUTH_SIMPLE_TEXT));
      out.put((byte) units(maxAdvertiseInterval, SECOND_NS, 0xff));
    } else {
      out.putShort((short) units(maxAdvertiseInterval, CENTISECOND_NS, 0xfff));
    }
    out.putShort((short) 0);
    addresses.forEach(it -> out.put(it.getAddress()));
    if (version2) {
      byte[] authData = authData(instance.password());
      if (authData.length > AUTH_BYTES) {
        throw new IllegalArgumentException("password longer than 8 bytes");
      }
      out.put(authData);
    }
    Checksum only = ip.isIpv6() ? Checksum.PSEUDO_HEADER : checksum;
    Checksum used = version2 ? Checksum.MESSAGE : only;
    out.flip().putShort(6, used.of(out, ip));
    return out.array();
  }

  /** Link-local ones first, as RFC 9568 §5.2.9 wants the first to be; else as listed. */
  private static List<InetAddress> inAdvertOrder(Instance instance) {
    List<InetAddress> addresses = new ArrayList<>();
    instance.virtualAddresses().forEach(it -> addresses.add(it.prefix().address()));
    if (instance.isIpv6()) {
      addresses.sort(Comparator.comparing(it -> !Addresses.isLinkLocal(it))); // a stable sort
    }
    return addresses;
  }

  /**
   * Decodes one packet; never throws, whatever the bytes.
   *
   * @param payload from the VRRP header on, to the end of the IP packet; its position is moved
   * @param byVirtualRouterId the instance that listens to an id on the receiving interface, or null
   * @param linkLocalFirst whether the first IPv6 address must be link-local (erratum 8300)
   */
  public static Decoded decode(
      ByteBuffer payload,
      Ip ip,
      IntFunction<@Nullable Instance> byVirtualRouterId,
      boolean linkLocalFirst) {
    ByteBuffer in = payload.slice();
    payload.position(payload.limit());
    int octets = in.remaining();
    Instance instance = octets < 2 ? null : byVirtualRouterId.apply(in.get(1) & 0xff);
    Decoded.Reason onTheWay = onTheWay(ip, instance == null ? null : instance.options().unicast());
    if (onTheWay != null) {
      return discarded(onTheWay);
    }
    if (octets < 1) {
      return discarded(Decoded.Reason.LENGTH);
    }
    int version = in.get(0) >> 4;
    if (instance == null ? version != 2 && version != 3 : version != instance.version()) {
      return discarded(Decoded.Reason.VERSION);
    }
    if ((in.get(0) & 0xf) != TYPE_ADVERTISEMENT) {
      return discarded(Decoded.Reason.TYPE);
    }
    int auth = version == 2 ? AUTH_BYTES : 0;
    if (octets < HEADER_BYTES
        || octets < HEADER_BYTES + ip.addressBytes() * (in.get(3) & 0xff) + auth) {
      return discarded(Decoded.Reason.LENGTH);
    }
    Checksum checksum = checksum(in, version, ip);
    if (checksum == null) {
      return discarded(Decoded.Reason.CHECKSUM);
    }
    return instance == null
        ? discarded(Decoded.Reason.VRID)
        : decode(in, ip, checksum, instance, linkLocalFirst);
  }

  /** What the IP header says against a packet; null: nothing. */
  private static Decoded.@Nullable Reason onTheWay(Ip ip, @Nullable Unicast unicast) {
    if (ip.ttl() < (unicast == null ? 255 : unicast.minTtl())) {
      return Decoded.Reason.TTL; // it came through a router (RFC 9568 §5.1.1.3)
    }
    if (unicast == null) {
      // To one node only: the others would not know.
      boolean toGroup = ip.destination().equals(group(ip.isIpv6()));
      return toGroup ? null : Decoded.Reason.DESTINATION;
    }
    if (ip.destination().isMulticastAddress()) {
      return Decoded.Reason.DESTINATION;
    }
    return unicast.peers().contains(ip.source()) ? null : Decoded.Reason.PEER;
  }

  /** The rest of the checks, for a whole message that is meant for {@code instance}. */
  private static Decoded decode(
      ByteBuffer in, Ip ip, Checksum checksum, Instance instance, boolean linkLocalFirst) {
    boolean version2 = instance.version() == 2;
    if (version2 && instance.priority() == OWNER) {
      return discarded(Decoded.Reason.OWNER); // erratum 8298 takes this out of version 3
    }
    List<InetAddress> addresses = addresses(in, ip.addressBytes());
    if (version2 && !authenticates(in, addresses.size(), instance.password())) {
      return discarded(Decoded.Reason.AUTH);
    }
    if (linkLocalFirst
        && ip.isIpv6()
        && !addresses.isEmpty()
        && !Addresses.isLinkLocal(addresses.get(0))) {
      return discarded(Decoded.Reason.LINK_LOCAL);
    }
    Duration interval =
        version2
            ? Duration.ofSeconds(in.get(5) & 0xff)
            : Duration.ofNanos((in.getShort(4) & 0xfff) * CENTISECOND_NS);
    // Version 2 adopts no other interval (RFC 3768 §7.1); version 3 would, but not 0 (erratum 8301)
    if (version2 ? !interval.equals(instance.advertInterval()) : interval.isZero()) {
      return discarded(Decoded.Reason.INTERVAL);
    }
    if (addresses.isEmpty()) {
      return discarded(Decoded.Reason.ADDRESSES); // erratum 8299
    }
    Advertisement advert =
        new Advertisement(
            instance.version(), in.get(1) & 0xff, in.get(2) & 0xff, interval, addresses);
    return new Decoded.Accepted(advert, checksum, sameAddresses(addresses, instance));
  }

  private static @Nullable Checksum checksum(ByteBuffer in, int version, Ip ip) {
    if (version == 3 && Checksum.PSEUDO_HEADER.holds(in, ip)) {
      return Checksum.PSEUDO_HEADER;
    }
    return !ip.isIpv6() && Checksum.MESSAGE.holds(in, ip) ? Checksum.MESSAGE : null;
  }

  private static boolean authenticates(ByteBuffer in, int count, @Nullable String password) {
    int type = in.get(4) & 0xff;
    if (password == null) {
      return type == AUTH_NONE;
    }
    byte[] data = new byte[AUTH_BYTES];
    in.get(HEADER_BYTES + 4 * count, data);
    return type == AUTH_SIMPLE_TEXT && Arrays.equals(data, authData(password));
  }

  /** Zero-padded (RFC 2338 §5.3.6). */
  private static byte[] authData(@Nullable String password) {
    byte[] text = password == null ? new byte[0] : password.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(text, Math.max(AUTH_BYTES, text.length));
  }

  private static List<InetAddress> addresses(ByteBuffer in, int size) {
    int count = in.get(3) & 0xff;
    List<InetAddress> addresses = new ArrayList<>(count);
    byte[] address = new byte[size];
    for (int i = 0; i < count; i++) {
      in.get(HEADER_BYTES + size * i, address);
      addresses.add(address(address));
    }
    return addresses;
  }

  /**
   * Of the family that the length says; InetAddress alone would take ::ffff:a.b.c.d for IPv4.
   *
   * @param bytes 4 or 16
   */
  public static InetAddress address(byte[] bytes) {
    try {
      return bytes.length == 4
          ? InetAddress.getByAddress(bytes)
          : Inet6Address.getByAddress(null, bytes, -1);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // only for another length than 4 or 16
    }
  }

  private static boolean sameAddresses(List<InetAddress> theirs, Instance instance) {
    HashSet<InetAddress> ours = new HashSet<>();
    instance.virtualAddresses().forEach(a -> ours.add(a.prefix().address()));
    return ours.equals(new HashSet<>(theirs));
  }

  private static Decoded discarded(Decoded.Reason reason) {
    return new Decoded.Discarded(reason);
  }

  private static long units(Duration interval, long unitNs, long most) {
    long units = interval.toNanos() / unitNs;
    if (units < 1 || units > most) {
      throw new IllegalArgumentException("interval out of range: " + interval);
    }
    return units;
  }

  private static byte octet(String what, long value) {
    if (value < 0 || value > 255) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
    return (byte) value;
  }
}
