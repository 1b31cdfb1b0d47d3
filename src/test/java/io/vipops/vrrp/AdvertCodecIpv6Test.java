package io.vipops.vrrp;

import static io.vipops.vrrp.InstanceFixture.any;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Version 3 over IPv6, clause by clause of RFC 9568 §5 and §7.1. */
class AdvertCodecIpv6Test {
  private static final InetAddress SOURCE = any("fe80::1");
  private static final AdvertCodec.Ip FROM = new AdvertCodec.Ip(SOURCE, any("ff02::12"), 255);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final String LINK_LOCAL = "fe800000000000000000000000000050";
  private static final String GLOBAL = "20010db8000000000000000000000050";

  // By hand: 3133+6402+0064, the addresses fed0+2e09, and of the pseudo-header the source fe81, the
  // destination ff14, the length 0028 and the protocol 0070 are 3c09f, folded c0a2; its complement.
  private static final String BOTH = "31336402" + "00643f5d" + LINK_LOCAL + GLOBAL;

  // The same with count 1 (6401), one address (2e09) and length 0018: 2c1be, c1c0.
  private static final String GLOBAL_ALONE = "31336401" + "00643e3f" + GLOBAL;

  private final InstanceFixture both =
      new InstanceFixture("lb02").virtualAddresses("fe80::50/64", "2001:db8::50/64");
  private final InstanceFixture globalAlone =
      new InstanceFixture("lb02").virtualAddresses("2001:db8::50/64");

  @Test
  void encodesTheLinkLocalAddressFirstWhereverTheSpecListsIt() {
    assertThat(encode(both)).isEqualTo(BOTH);
    assertThat(encode(both.virtualAddresses("2001:db8::50/64", "fe80::50/64"))).isEqualTo(BOTH);
    assertThat(encode(globalAlone)).isEqualTo(GLOBAL_ALONE);
  }

  @Test
  void sumsThePseudoHeaderWhateverIpv4PeersPrefer() {
    byte[] packet =
        AdvertCodec.encode(
            both.instance(), 100, SECOND, Checksum.MESSAGE, any("fe80::1"), any("ff02::12"));
    assertThat(HexFormat.of().formatHex(packet)).isEqualTo(BOTH);
  }

  @Test
  void refusesToEncodeVersion2() {
    assertThatThrownBy(() -> encode(both.version(2))).hasMessage("version 2 knows no IPv6");
  }

  @Test
  void decodesWhatItWouldSend() {
    Decoded.Accepted accepted = (Decoded.Accepted) decode(BOTH, FROM, both);
    assertThat(accepted.checksum()).isEqualTo(Checksum.PSEUDO_HEADER);
    assertThat(accepted.sameAddresses()).isTrue();
    assertThat(accepted.advertisement().priority()).isEqualTo(100);
    assertThat(accepted.advertisement().maxAdvertiseInterval()).isEqualTo(SECOND);
    assertThat(accepted.advertisement().addresses())
        .containsExactly(any("fe80::50"), any("2001:db8::50"));
    assertThat(((Decoded.Accepted) decode(BOTH, FROM, globalAlone)).sameAddresses()).isFalse();
  }

  @Test
  void discardsAHopLimitBelow255() {
    assertDiscarded(BOTH, new AdvertCodec.Ip(SOURCE, any("ff02::12"), 254), Decoded.Reason.TTL);
  }

  @Test
  void discardsWhatWasNotSentToTheGroup() {
    assertDiscarded(BOTH, new AdvertCodec.Ip(SOURCE, any("fe80::2"), 255), destination());
    assertDiscarded(BOTH, new AdvertCodec.Ip(SOURCE, any("ff02::1"), 255), destination());
    assertDiscarded(BOTH, new AdvertCodec.Ip(SOURCE, any("::"), 255), destination());
  }

  private static Decoded.Reason destination() {
    return Decoded.Reason.DESTINATION;
  }

  @Test
  void discardsAnotherVersionAndAnotherType() {
    assertDiscarded(sealed(BOTH.replaceFirst("31", "21")), FROM, Decoded.Reason.VERSION);
    assertDiscarded(sealed(BOTH.replaceFirst("31", "41")), FROM, Decoded.Reason.VERSION);
    assertDiscarded(sealed(BOTH.replaceFirst("31", "32")), FROM, Decoded.Reason.TYPE);
  }

  @Test
  void discardsAPacketShorterThanItsCountOfAddressesOf16Bytes() {
    assertDiscarded("", FROM, Decoded.Reason.LENGTH);
    assertDiscarded("31", FROM, Decoded.Reason.LENGTH);
    assertDiscarded("31336402006400", FROM, Decoded.Reason.LENGTH);
    assertDiscarded(sealed("31336402" + "00640000" + LINK_LOCAL), FROM, Decoded.Reason.LENGTH);
    String oneByteLess = BOTH.substring(0, BOTH.length() - 2);
    assertDiscarded(oneByteLess, FROM, Decoded.Reason.LENGTH);
  }

  @Test
  void discardsAWrongChecksumAndOneWithoutThePseudoHeader() {
    assertDiscarded(BOTH.replace("3f5d", "3f5e"), FROM, Decoded.Reason.CHECKSUM);
    AdvertCodec.Ip other = new AdvertCodec.Ip(any("fe80::2"), any("ff02::12"), 255);
    assertDiscarded(BOTH, other, Decoded.Reason.CHECKSUM);
    ByteBuffer message = ByteBuffer.wrap(HexFormat.of().parseHex(BOTH)).putShort(6, (short) 0);
    message.putShort(6, Checksum.MESSAGE.of(message, FROM));
    String messageOnly = HexFormat.of().formatHex(message.array());
    assertDiscarded(messageOnly, FROM, Decoded.Reason.CHECKSUM);
  }

  @Test
  void discardsAVirtualRouterThatNobodyServes() {
    ByteBuffer packet = ByteBuffer.wrap(HexFormat.of().parseHex(BOTH));
    assertThat(AdvertCodec.decode(packet, FROM, id -> null, true))
        .isEqualTo(new Decoded.Discarded(Decoded.Reason.VRID));
  }

  @Test
  void discardsAnAdvertThatDoesNotBeginWithALinkLocalAddress() {
    assertDiscarded(GLOBAL_ALONE, FROM, Decoded.Reason.LINK_LOCAL);
    String lastInstead = "31336402" + "00640000" + GLOBAL + LINK_LOCAL;
    assertDiscarded(sealed(lastInstead), FROM, Decoded.Reason.LINK_LOCAL);
    // ::ffff:169.254.0.1 is link-local in IPv4 alone.
    String mapped = "31336401" + "00640000" + "00000000000000000000ffffa9fe0001";
    assertDiscarded(sealed(mapped), FROM, Decoded.Reason.LINK_LOCAL);
  }

  @Test
  void acceptsItWhereNoneIsAskedFor() {
    assertThat(decode(GLOBAL_ALONE, FROM, globalAlone)).isInstanceOf(Decoded.Accepted.class);
    assertThat(decode(BOTH, FROM, globalAlone)).isInstanceOf(Decoded.Accepted.class);
  }

  @Test
  void discardsTheInterval0AndAcceptsAnyOther() {
    String zero = sealed(BOTH.replace("00643f5d", "00000000"));
    assertDiscarded(zero, FROM, Decoded.Reason.INTERVAL);
    Decoded shortest = decode(sealed(BOTH.replace("00643f5d", "f0010000")), FROM, both);
    assertThat(((Decoded.Accepted) shortest).advertisement().maxAdvertiseInterval())
        .isEqualTo(Duration.ofMillis(10));
  }

  @Test
  void discardsAnAdvertWithoutAddresses() {
    assertDiscarded(sealed("31336400" + "00640000"), FROM, Decoded.Reason.ADDRESSES);
  }

  @Test
  void reportsTheFirstFailingCheckInTheOrderOfTheRfc() {
    String nothingRight = "22336402" + "00000000" + GLOBAL;
    AdvertCodec.Ip routed = new AdvertCodec.Ip(SOURCE, any("fe80::2"), 254);
    assertDiscarded(nothingRight, routed, Decoded.Reason.TTL);
    assertDiscarded(nothingRight, FROM, Decoded.Reason.VERSION);
    assertDiscarded(nothingRight.replaceFirst("22", "32"), FROM, Decoded.Reason.TYPE);
    assertDiscarded(nothingRight.replaceFirst("22", "31"), FROM, Decoded.Reason.LENGTH);
    assertDiscarded("31336401" + "00000000" + GLOBAL, FROM, Decoded.Reason.CHECKSUM);
    String first = sealed("31336401" + "00000000" + GLOBAL);
    assertDiscarded(first, FROM, Decoded.Reason.LINK_LOCAL);
  }

  @Test
  void carries255Addresses() {
    String[] vips = new String[255];
    for (int i = 0; i < vips.length; i++) {
      vips[i] = (i == 100 ? "fe80::" : "fd00::") + Integer.toHexString(i + 1) + "/64";
    }
    Instance instance = both.virtualAddresses(vips).instance();
    byte[] packet =
        AdvertCodec.encode(
            instance, 7, SECOND, Checksum.PSEUDO_HEADER, any("fe80::1"), any("ff02::12"));
    assertThat(packet).hasSize(8 + 255 * 16);
    Decoded decoded = AdvertCodec.decode(ByteBuffer.wrap(packet), FROM, id -> instance, true);
    assertThat(((Decoded.Accepted) decoded).sameAddresses()).isTrue();
  }

  @Test
  void neverThrowsOnAnyBytes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Instance instance = both.instance();
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      if (bytes.length >= 8) {
        bytes[0] = 0x31;
        bytes[3] = (byte) random.nextInt(4);
        seal(bytes);
      }
      Decoded decoded = AdvertCodec.decode(ByteBuffer.wrap(bytes), FROM, id -> instance, true);
      assertThat(decoded).as("seed %d", seed).isNotNull();
    }
  }

  private static String encode(InstanceFixture fixture) {
    byte[] packet =
        AdvertCodec.encode(
            fixture.instance(),
            100,
            SECOND,
            Checksum.PSEUDO_HEADER,
            any("fe80::1"),
            any("ff02::12"));
    return HexFormat.of().formatHex(packet);
  }

  private Decoded decode(String hex, AdvertCodec.Ip ip, InstanceFixture fixture) {
    return AdvertCodec.decode(
        ByteBuffer.wrap(HexFormat.of().parseHex(hex)),
        ip,
        id -> fixture.instance(),
        fixture == both);
  }

  private void assertDiscarded(String hex, AdvertCodec.Ip ip, Decoded.Reason reason) {
    assertThat(decode(hex, ip, both)).isEqualTo(new Decoded.Discarded(reason));
  }

  private static String sealed(String hex) {
    byte[] packet = HexFormat.of().parseHex(hex);
    seal(packet);
    return HexFormat.of().formatHex(packet);
  }

  private static void seal(byte[] packet) {
    ByteBuffer buffer = ByteBuffer.wrap(packet).putShort(6, (short) 0);
    buffer.putShort(6, Checksum.PSEUDO_HEADER.of(buffer, FROM));
  }
}
