package io.vipops.vrrp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * VRRP packets over IPv4, without the IP header.
 *
 * <pre>
 * version 3, RFC 9568 §5.1                 version 2, RFC 3768 §5.1
 *  0       8       16      24      32       0       8       16      24      32
 * +---+---+-------+-------+-------+        +---+---+-------+-------+-------+
 * | 3 | 1 | VRID  |  Prio | Count |        | 2 | 1 | VRID  |  Prio | Count |
 * +---+---+-------+-------+-------+        +---+---+-------+-------+-------+
 * | 0 |  Max Adver|    Checksum   |        | Auth  | Adver |    Checksum   |
 * +---+-----------+---------------+        +-------+-------+---------------+
 * |        IPv4 address 1..n      |        |        IPv4 address 1..n      |
 * +-------------------------------+        +-------------------------------+
 *   Max Adver: 12 bits, centiseconds       |   authentication data, 8 bytes |
 *                                          +-------------------------------+
 *                                            Adver: seconds
 * </pre>
 */
public final class AdvertCodec {
  private static final int TYPE_ADVERTISEMENT = 1;
  private static final int HEADER_BYTES = 8;
  private static final int AUTH_BYTES = 8;
  private static final int AUTH_NONE = 0;
  private static final int AUTH_SIMPLE_TEXT = 1;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long CENTISECOND_NS = 10_000_000L;

  private AdvertCodec() {}

  /**
   * What the IP header said of a packet.
   *
   * @param ttl 0-255
   */
  public record Ip(Inet4Address source, Inet4Address destination, int ttl) {}

  /**
   * Encodes what an instance says.
   *
   * @param priority 0-255
   * @param maxAdvertiseInterval version 2: 1-255 s, fractions dropped; version 3: 10 ms-40.95 s
   * @param checksum version 2 has one form only, {@link Checksum#MESSAGE}
   * @throws IllegalArgumentException when a value does not fit its field
   */
  public static byte[] encode(
      Instance instance,
      int priority,
      Duration maxAdvertiseInterval,
      Checksum checksum,
      Inet4Address destination) {
    boolean version2 = instance.version() == 2;
    int count = instance.virtualAddresses().size();
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + 4 * count + (version2 ? AUTH_BYTES : 0));
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
    instance.virtualAddresses().forEach(a -> out.put(a.prefix().address().getAddress()));
    if (version2) {
      byte[] authData = authData(instance.password());
      if (authData.length > AUTH_BYTES) {
        throw new IllegalArgumentException("password longer than 8 bytes");
      }
      out.put(authData);
    }
    Checksum used = version2 ? Checksum.MESSAGE : checksum;
    Ip ip = new Ip((Inet4Address) instance.address(), destination, 255);
    out.flip().putShort(6, used.of(out, ip));
    return out.array();
  }

  /**
   * Decodes one packet; never throws, whatever the bytes.
   *
   * @param payload from the VRRP header on, to the end of the IP packet; its position is moved
   * @param byVirtualRouterId the instance that listens to an id on the receiving interface, or null
   */
  public static Decoded decode(
      ByteBuffer payload, Ip ip, IntFunction<@Nullable Instance> byVirtualRouterId) {
    ByteBuffer in = payload.slice();
    payload.position(payload.limit());
    if (ip.ttl() != 255) {
      return discarded(Decoded.Reason.TTL); // it came through a router (RFC 9568 §5.1.1.3)
    }
    if (in.remaining() < HEADER_BYTES) {
      return discarded(Decoded.Reason.LENGTH);
    }
    int version = in.get(0) >> 4;
    if (version != 2 && version != 3) {
      return discarded(Decoded.Reason.VERSION);
    }
    if ((in.get(0) & 0xf) != TYPE_ADVERTISEMENT) {
      return discarded(Decoded.Reason.TYPE);
    }
    int count = in.get(3) & 0xff;
    if (in.remaining() < HEADER_BYTES + 4 * count + (version == 2 ? AUTH_BYTES : 0)) {
      return discarded(Decoded.Reason.LENGTH);
    }
    Checksum checksum = checksum(in, version, ip);
    if (checksum == null) {
      return discarded(Decoded.Reason.CHECKSUM);
    }
    Instance instance = byVirtualRouterId.apply(in.get(1) & 0xff);
    return instance == null
        ? discarded(Decoded.Reason.VRID)
        : decode(in, version, count, checksum, instance);
  }

  /** The rest of the checks, for a whole message that is meant for {@code instance}. */
  private static Decoded decode(
      ByteBuffer in, int version, int count, Checksum checksum, Instance instance) {
    if (version != instance.version()) {
      return discarded(Decoded.Reason.VERSION);
    }
    if (version == 2 && !authenticates(in, count, instance.password())) {
      return discarded(Decoded.Reason.AUTH);
    }
    Duration interval =
        version == 2
            ? Duration.ofSeconds(in.get(5) & 0xff)
            : Duration.ofNanos((in.getShort(4) & 0xfff) * CENTISECOND_NS);
    // Version 2 adopts no other interval (RFC 3768 §7.1); version 3 would, but not 0 (erratum 8301)
    if (version == 2 ? !interval.equals(instance.advertInterval()) : interval.isZero()) {
      return discarded(Decoded.Reason.INTERVAL);
    }
    if (count == 0) {
      return discarded(Decoded.Reason.ADDRESSES); // erratum 8299
    }
    List<InetAddress> addresses = addresses(in, count);
    Advertisement advert =
        new Advertisement(version, in.get(1) & 0xff, in.get(2) & 0xff, interval, addresses);
    return new Decoded.Accepted(advert, checksum, sameAddresses(addresses, instance));
  }

  private static @Nullable Checksum checksum(ByteBuffer in, int version, Ip ip) {
    if (version == 3 && Checksum.PSEUDO_HEADER.holds(in, ip)) {
      return Checksum.PSEUDO_HEADER;
    }
    return Checksum.MESSAGE.holds(in, ip) ? Checksum.MESSAGE : null;
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

  private static List<InetAddress> addresses(ByteBuffer in, int count) {
    List<InetAddress> addresses = new ArrayList<>(count);
    byte[] address = new byte[4];
    for (int i = 0; i < count; i++) {
      in.get(HEADER_BYTES + 4 * i, address);
      addresses.add(address(address));
    }
    return addresses;
  }

  private static InetAddress address(byte[] four) {
    try {
      return InetAddress.getByAddress(four);
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
