package io.vipops.engine;

import io.vipops.spec.Addresses;
import io.vipops.spec.Prefix;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.AdvertCodec;
import io.vipops.vrrp.Advertisement;
import io.vipops.vrrp.Decoded;
import io.vipops.vrrp.Instance;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes as what a socket hands over: never thrown upon, and what is accepted says the same when
 * encoded again; byte for byte, where nothing in it is left to the sender.
 *
 * <pre>
 *   0      1                                   mode: bit 0: IPv6; bits 1-2: checksum as it is,
 *   | mode | IPv4 packet …                     put right over the message, or with the
 *   | mode | source 16 | destination 16 |      pseudo-header; bit 3: link-local first
 *   | hop limit | VRRP message …
 * </pre>
 */
public final class AdvertFuzz {
  private static final int AS_IT_IS = 0;
  private static final int PSEUDO_HEADER = 2;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final InetAddress SOME = address(10, 0, 0, 50);

  private AdvertFuzz() {}

  /** Called by Jazzer. */
  public static void fuzzerTestOneInput(byte[] input) {
    int mode = input.length == 0 ? 0 : input[0];
    byte[] rest = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    IpPacket packet = (mode & 1) == 0 ? IpPacket.ipv4(rest) : ipv6(rest);
    if (packet == null) {
      return;
    }
    if ((mode >> 1 & 3) != AS_IT_IS) {
      seal(packet, (mode >> 1 & 3) == PSEUDO_HEADER);
    }
    byte[] message = bytes(packet.payload());
    int id = packet.virtualRouterId();
    boolean linkLocalFirst = (mode & 8) != 0;
    Decoded decoded =
        AdvertCodec.decode(packet.payload(), packet.ip(), AdvertFuzz::instance, linkLocalFirst);
    check(!packet.payload().hasRemaining(), "not read to its end");
    if (decoded instanceof Decoded.Accepted accepted) {
      check(accepted.advertisement().virtualRouterId() == id, "of another virtual router");
      saysTheSame(message, packet.ip(), accepted, linkLocalFirst);
    }
  }

  private static @Nullable IpPacket ipv6(byte[] bytes) {
    return bytes.length < 33
        ? null
        : IpPacket.ipv6(
            Arrays.copyOf(bytes, 16),
            Arrays.copyOfRange(bytes, 16, 32),
            bytes[32] & 0xff,
            Arrays.copyOfRange(bytes, 33, bytes.length));
  }

  /** Who listens to which id; in version 2 there is a password, none, and an owner. */
  private static @Nullable Instance instance(int id) {
    return switch (id % 5) {
      case 1 -> instance(id, 3, 100, null, List.of(SOME));
      case 2 -> instance(id, 2, 100, "secret", List.of(SOME));
      case 3 -> instance(id, 2, 100, null, List.of(SOME));
      case 4 -> instance(id, 2, 255, null, List.of(SOME));
      default -> null;
    };
  }

  private static Instance instance(
      int id, int version, int priority, @Nullable String password, List<InetAddress> addresses) {
    List<VirtualAddress> vips =
        addresses.stream().map(it -> new VirtualAddress(new Prefix(it, 24), null)).toList();
    return new Instance(
        "web",
        id,
        version,
        "eth0",
        SOME,
        priority,
        password,
        null,
        List.of(),
        vips,
        SECOND,
        true,
        Duration.ZERO,
        Duration.ZERO,
        List.of());
  }

  private static void saysTheSame(
      byte[] message, AdvertCodec.Ip ip, Decoded.Accepted accepted, boolean linkLocalFirst) {
    Advertisement advert = accepted.advertisement();
    Instance listening = instance(advert.virtualRouterId());
    String password = listening == null ? null : listening.password();
    // In the order in which we send them.
    List<InetAddress> sorted =
        advert.addresses().stream()
            .sorted(Comparator.comparing(it -> !Addresses.isLinkLocal(it)))
            .toList();
    Instance sender =
        instance(advert.virtualRouterId(), advert.version(), 100, password, advert.addresses());
    byte[] again =
        AdvertCodec.encode(
            sender,
            advert.priority(),
            advert.maxAdvertiseInterval(),
            accepted.checksum(),
            ip.source(),
            ip.destination());
    Decoded decoded =
        AdvertCodec.decode(ByteBuffer.wrap(again), ip, AdvertFuzz::instance, linkLocalFirst);
    check(decoded instanceof Decoded.Accepted, "sent by us it is " + decoded);
    Advertisement back = ((Decoded.Accepted) decoded).advertisement();
    Advertisement expected =
        new Advertisement(
            advert.version(),
            advert.virtualRouterId(),
            advert.priority(),
            advert.maxAdvertiseInterval(),
            sorted);
    check(back.equals(expected), back + " instead of " + expected);
    // Free for the sender: what follows the message, the reserved bits, the data of no
    // authentication, and the order of addresses.
    boolean fixed =
        again.length == message.length
            && (advert.version() == 2 || (message[4] & 0xf0) == 0)
            && (advert.version() == 3 || password != null || endsInZeros(message))
            && sorted.equals(advert.addresses());
    if (fixed) {
      // Both are zero in one's complement (RFC 1071).
      if (message[6] == (byte) 0xff && message[7] == (byte) 0xff) {
        message[6] = message[7] = 0;
      }
      check(Arrays.equals(again, message), "not the same bytes");
    }
  }

  private static boolean endsInZeros(byte[] message) {
    return Arrays.equals(message, message.length - 8, message.length, new byte[8], 0, 8);
  }

  /** Puts the right checksum in, which a fuzzer finds by accident only. */
  private static void seal(IpPacket packet, boolean pseudoHeader) {
    ByteBuffer message = packet.payload().slice();
    if (message.limit() < 8) {
      return;
    }
    message.putShort(6, (short) 0);
    long sum = sum(bytes(message));
    if (pseudoHeader) {
      sum += sum(packet.ip().source().getAddress());
      sum += sum(packet.ip().destination().getAddress());
      sum += 112 + message.limit();
    }
    message.putShort(6, (short) ~(sum % 0xffff));
  }

  private static long sum(byte[] bytes) {
    long sum = 0;
    for (int i = 0; i < bytes.length; i++) {
      sum += (bytes[i] & 0xffL) << (i % 2 == 0 ? 8 : 0);
    }
    return sum;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  private static InetAddress address(int... bytes) {
    byte[] address = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      address[i] = (byte) bytes[i];
    }
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
