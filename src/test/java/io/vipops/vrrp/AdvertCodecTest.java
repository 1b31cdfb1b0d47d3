package io.vipops.vrrp;

import static io.vipops.vrrp.InstanceFixture.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdvertCodecTest {
  private static final Inet4Address GROUP = address("224.0.0.18");
  private static final AdvertCodec.Ip FROM_LB01 = new AdvertCodec.Ip(address("lb01"), GROUP, 255);
  private static final Duration SECOND = Duration.ofSeconds(1);

  // Computed by hand: the words' one's complement sum without and with the pseudo-header
  // 0a00 0033 e000 0012 0070 000c.
  private static final String V3_MESSAGE = "31336401" + "00646035" + "0a000032";
  private static final String V3_PSEUDO = "31336401" + "00647573" + "0a000032";
  private static final String V2_PLAIN = "21336401" + "00017098" + "0a000032" + "0000000000000000";
  private static final String V2_SECRET = "21336401" + "0101334c" + "0a000032" + "7365637265740000";

  // Sent by keepalived 2.2.7 from 10.0.0.51, recorded with tcpdump.
  private static final String KEEPALIVED_V3 = "3133640200646b320a0000320a00003c";
  private static final String KEEPALIVED_V2_PASS = "21345a0101013d400a00003d7365637265740000";
  private static final String KEEPALIVED_V2_PLAIN = "21355a0100017a8a0a00003e0000000000000000";

  private final InstanceFixture v3 = new InstanceFixture("lb01");
  private final InstanceFixture v2 = new InstanceFixture("lb01").version(2);

  @Test
  void encodesVersion3WithTheChecksumOverTheMessage() {
    assertThat(encode(v3, 100, SECOND, Checksum.MESSAGE)).isEqualTo(V3_MESSAGE);
  }

  @Test
  void encodesVersion3WithTheChecksumOverThePseudoHeader() {
    assertThat(encode(v3, 100, SECOND, Checksum.PSEUDO_HEADER)).isEqualTo(V3_PSEUDO);
  }

  @Test
  void encodesVersion2WithItsOneChecksumAndEmptyAuthenticationData() {
    assertThat(encode(v2, 100, SECOND, Checksum.PSEUDO_HEADER)).isEqualTo(V2_PLAIN);
  }

  @Test
  void encodesThePasswordPaddedWithZeros() {
    assertThat(encode(v2.password("secret"), 100, SECOND, Checksum.MESSAGE)).isEqualTo(V2_SECRET);
  }

  @Test
  void encodesTheSameBytesAsKeepalived() {
    v3.virtualAddresses("10.0.0.50/24", "10.0.0.60/24");
    assertThat(encode(v3, 100, SECOND, Checksum.PSEUDO_HEADER)).isEqualTo(KEEPALIVED_V3);
    v2.virtualRouterId(53).virtualAddresses("10.0.0.62/24");
    assertThat(encode(v2, 90, SECOND, Checksum.MESSAGE)).isEqualTo(KEEPALIVED_V2_PLAIN);
    v2.virtualRouterId(52).virtualAddresses("10.0.0.61/24").password("secret");
    assertThat(encode(v2, 90, SECOND, Checksum.MESSAGE)).isEqualTo(KEEPALIVED_V2_PASS);
  }

  @Test
  void encodesTheShortestAndTheLongestIntervalOfVersion3() {
    assertThat(encode(v3, 100, Duration.ofMillis(10), Checksum.MESSAGE)).startsWith("313364010001");
    assertThat(encode(v3, 0, Duration.ofMillis(40_950), Checksum.MESSAGE))
        .startsWith("313300010fff");
  }

  @Test
  void refusesToEncodeWhatDoesNotFitItsField() {
    assertThatThrownBy(() -> encode(v3, 100, Duration.ofMillis(9), Checksum.MESSAGE))
        .hasMessageContaining("interval out of range");
    assertThatThrownBy(() -> encode(v3, 100, Duration.ofSeconds(41), Checksum.MESSAGE))
        .hasMessageContaining("interval out of range");
    assertThatThrownBy(() -> encode(v3, 256, SECOND, Checksum.MESSAGE))
        .hasMessageContaining("priority out of range: 256");
    assertThatThrownBy(() -> encode(v2, 100, Duration.ofSeconds(256), Checksum.MESSAGE))
        .hasMessageContaining("interval out of range");
    assertThatThrownBy(() -> encode(v2, 100, Duration.ofMillis(999), Checksum.MESSAGE))
        .hasMessageContaining("interval out of range");
    assertThatThrownBy(() -> encode(v2.password("ninebytes"), 1, SECOND, Checksum.MESSAGE))
        .hasMessage("password longer than 8 bytes");
  }

  @Test
  void decodesVersion3AndReportsWhichChecksumItCarried() {
    Decoded.Accepted pseudo = accepted(V3_PSEUDO, v3);
    assertThat(pseudo.checksum()).isEqualTo(Checksum.PSEUDO_HEADER);
    assertThat(pseudo.advertisement())
        .isEqualTo(new Advertisement(3, 51, 100, SECOND, List.of(address("10.0.0.50"))));
    assertThat(accepted(V3_MESSAGE, v3).checksum()).isEqualTo(Checksum.MESSAGE);
  }

  @Test
  void decodesVersion2() {
    Decoded.Accepted plain = accepted(V2_PLAIN, v2);
    assertThat(plain.checksum()).isEqualTo(Checksum.MESSAGE);
    assertThat(plain.advertisement())
        .isEqualTo(new Advertisement(2, 51, 100, SECOND, List.of(address("10.0.0.50"))));
    assertThat(accepted(V2_SECRET, v2.password("secret")).advertisement().priority())
        .isEqualTo(100);
  }

  @Test
  void ignoresTheReservedBitsOfVersion3() {
    byte[] packet = HexFormat.of().parseHex("31336401" + "f0640000" + "0a000032");
    assertThat(acceptedAfterSealing(packet, v3).advertisement().maxAdvertiseInterval())
        .isEqualTo(SECOND);
  }

  @Test
  void acceptsAnotherAddressListAndSaysSo() {
    assertThat(accepted(V3_PSEUDO, v3).sameAddresses()).isTrue();
    assertThat(accepted(KEEPALIVED_V3, v3).sameAddresses()).isFalse();
    v3.virtualAddresses("10.0.0.60/24", "10.0.0.50/24");
    assertThat(accepted(KEEPALIVED_V3, v3).sameAddresses()).isTrue();
    assertThat(accepted(V2_PLAIN, v2.virtualAddresses("10.0.0.60/24")).sameAddresses()).isFalse();
  }

  @Test
  void readsFromThePositionOfTheBufferToItsLimit() {
    byte[] around = HexFormat.of().parseHex("4500" + V3_PSEUDO + "ffff");
    ByteBuffer buffer = ByteBuffer.wrap(around).position(2).limit(around.length - 2);
    assertThat(AdvertCodec.decode(buffer, FROM_LB01, id -> v3.instance(), true))
        .isInstanceOf(Decoded.Accepted.class);
    assertThat(buffer.remaining()).isZero();
  }

  @Test
  void discardsWhatCameThroughARouter() {
    AdvertCodec.Ip routed = new AdvertCodec.Ip(address("lb01"), GROUP, 254);
    assertThat(decode(V3_PSEUDO, routed, v3)).isEqualTo(discarded(Decoded.Reason.TTL));
  }

  @Test
  void discardsAnUnknownVersionAndOneThatTheInstanceDoesNotSpeak() {
    assertDiscarded("41336401" + "00640000" + "0a000032", v3, Decoded.Reason.VERSION);
    assertDiscarded("f1336401" + "00640000" + "0a000032", v3, Decoded.Reason.VERSION);
    assertDiscarded(V2_PLAIN, v3, Decoded.Reason.VERSION);
    assertDiscarded(V3_PSEUDO, v2, Decoded.Reason.VERSION);
  }

  @Test
  void discardsWhatIsNoAdvertisement() {
    assertDiscarded("32336401" + "00640000" + "0a000032", v3, Decoded.Reason.TYPE);
  }

  @Test
  void discardsAPacketShorterThanItsCountSays() {
    assertDiscarded("", v3, Decoded.Reason.LENGTH);
    assertDiscarded("31336401006400", v3, Decoded.Reason.LENGTH);
    assertDiscarded("31336402" + "00640000" + "0a000032", v3, Decoded.Reason.LENGTH);
    assertDiscarded("21336401" + "00010000" + "0a000032" + "00000000", v2, Decoded.Reason.LENGTH);
  }

  @Test
  void discardsAWrongChecksum() {
    assertDiscarded("31336401" + "00647574" + "0a000032", v3, Decoded.Reason.CHECKSUM);
    assertDiscarded(
        "21336401" + "00017099" + "0a000032" + "00".repeat(8), v2, Decoded.Reason.CHECKSUM);
  }

  @Test
  void discardsAPseudoHeaderChecksumOfAnotherSource() {
    AdvertCodec.Ip other = new AdvertCodec.Ip(address("lb02"), GROUP, 255);
    assertThat(decode(V3_PSEUDO, other, v3)).isEqualTo(discarded(Decoded.Reason.CHECKSUM));
  }

  @Test
  void knowsNoPseudoHeaderInVersion2() {
    byte[] packet = HexFormat.of().parseHex("21336401" + "00010000" + "0a000032" + "00".repeat(8));
    ByteBuffer buffer = ByteBuffer.wrap(packet);
    buffer.putShort(6, Checksum.PSEUDO_HEADER.of(buffer, FROM_LB01));
    assertDiscarded(HexFormat.of().formatHex(packet), v2, Decoded.Reason.CHECKSUM);
  }

  @Test
  void discardsAVirtualRouterIdThatNobodyListensTo() {
    ByteBuffer packet = ByteBuffer.wrap(HexFormat.of().parseHex(V3_PSEUDO));
    assertThat(AdvertCodec.decode(packet, FROM_LB01, id -> id == 52 ? v3.instance() : null, true))
        .isEqualTo(discarded(Decoded.Reason.VRID));
  }

  @Test
  void discardsAWrongPasswordAMissingOneAndOneTooMany() {
    assertDiscarded(V2_SECRET, v2.password("Secret"), Decoded.Reason.AUTH);
    assertDiscarded(V2_SECRET, v2.password("secret12x"), Decoded.Reason.AUTH);
    assertDiscarded(V2_PLAIN, v2.password("secret"), Decoded.Reason.AUTH);
    assertDiscarded(V2_SECRET, new InstanceFixture("lb01").version(2), Decoded.Reason.AUTH);
    String otherType = V2_SECRET.replace("0101334c", "02010000");
    assertDiscardedAfterSealing(otherType, v2.password("secret"), Decoded.Reason.AUTH);
  }

  @Test
  void theOwnerOfAVersion2AddressListensToNobodyOfVersion3ToAll() {
    assertDiscarded(V2_PLAIN, v2.priority(255), Decoded.Reason.OWNER);
    assertThat(accepted(V3_PSEUDO, v3.priority(255)).advertisement().priority()).isEqualTo(100);
  }

  @Test
  void discardsWhatWasSentToOneNodeOnly() {
    AdvertCodec.Ip unicast = new AdvertCodec.Ip(address("lb02"), address("lb01"), 255);
    assertThat(decode(V3_PSEUDO, unicast, v3)).isEqualTo(discarded(Decoded.Reason.DESTINATION));
  }

  private Decoded.@Nullable Reason ofUnicast(String source, String destination, int ttl) {
    AdvertCodec.Ip ip = new AdvertCodec.Ip(address(source), address(destination), ttl);
    byte[] packet =
        AdvertCodec.encode(
            v3.instance(), 100, SECOND, Checksum.PSEUDO_HEADER, ip.source(), ip.destination());
    Decoded decoded = decode(HexFormat.of().formatHex(packet), ip, v3);
    return decoded instanceof Decoded.Discarded discarded ? discarded.reason() : null;
  }

  @Test
  void ofUnicastOnlyWhatAPeerSendsToThisNodeCounts() {
    v3.unicast(254, "10.0.0.52", "10.0.0.53");
    assertThat(ofUnicast("lb02", "lb01", 255)).isNull();
    assertThat(ofUnicast("lb03", "lb01", 254)).isNull();
    assertThat(ofUnicast("lb04", "lb01", 255)).isEqualTo(Decoded.Reason.PEER);
    assertThat(ofUnicast("lb02", "lb01", 253)).isEqualTo(Decoded.Reason.TTL);
    assertThat(ofUnicast("lb04", "lb01", 253)).isEqualTo(Decoded.Reason.TTL);
    assertThat(ofUnicast("lb02", "224.0.0.18", 255)).isEqualTo(Decoded.Reason.DESTINATION);
  }

  @Test
  void advertsGoToTheGroupOrToEachPeerButTheNodeItself() {
    assertThat(AdvertCodec.destinations(v3.instance(), address("lb01"))).containsExactly(GROUP);
    v3.unicast(255, "10.0.0.51", "10.0.0.52", "10.0.0.53");
    assertThat(AdvertCodec.destinations(v3.instance(), address("lb01")))
        .containsExactly(address("lb02"), address("lb03"));
  }

  @Test
  void discardsAnotherIntervalInVersion2() {
    assertDiscarded(V2_PLAIN, v2.advertInterval(Duration.ofSeconds(2)), Decoded.Reason.INTERVAL);
  }

  @Test
  void acceptsAnotherIntervalInVersion3ButNotZero() {
    v3.advertInterval(Duration.ofSeconds(5));
    assertThat(accepted(V3_PSEUDO, v3).advertisement().maxAdvertiseInterval()).isEqualTo(SECOND);
    assertDiscardedAfterSealing("31336401" + "00000000" + "0a000032", v3, Decoded.Reason.INTERVAL);
  }

  @Test
  void discardsAnAdvertWithoutAddresses() {
    assertDiscardedAfterSealing("31336400" + "00640000", v3, Decoded.Reason.ADDRESSES);
  }

  @Test
  void reportsTheFirstFailingCheckWhenSeveralFail() {
    AdvertCodec.Ip routed = new AdvertCodec.Ip(address("lb01"), GROUP, 1);
    assertThat(decode("4f", routed, v3)).isEqualTo(discarded(Decoded.Reason.TTL));
    assertDiscarded("42336400" + "00001111", v3, Decoded.Reason.VERSION);
    assertDiscarded("32336400" + "00001111", v3, Decoded.Reason.TYPE);
    assertDiscarded("31336400" + "00001111", v3, Decoded.Reason.CHECKSUM);
  }

  @Test
  void namesItsReasonsByTheirKeyInStatus() {
    assertThat(Decoded.Reason.values())
        .extracting(Decoded.Reason::key)
        .containsExactly(
            "ttl",
            "destination",
            "peer",
            "version",
            "type",
            "length",
            "checksum",
            "vrid",
            "owner",
            "auth",
            "link_local",
            "interval",
            "addresses");
  }

  @Test
  void neverThrowsOnAnyBytes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    v2.password("secret");
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      if (bytes.length > 3 && random.nextBoolean()) {
        bytes[0] = (byte) (random.nextBoolean() ? 0x21 : 0x31);
        bytes[3] = (byte) random.nextInt(8);
      }
      if (bytes.length >= 8 && random.nextBoolean()) {
        seal(bytes);
      }
      Decoded decoded =
          AdvertCodec.decode(
              ByteBuffer.wrap(bytes),
              FROM_LB01,
              id -> id % 3 == 0 ? null : id % 3 == 1 ? v2.instance() : v3.instance(),
              true);
      assertThat(decoded).as("seed %d", seed).isNotNull();
    }
  }

  @Test
  void decodesWhatItEncoded() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      boolean version2 = random.nextBoolean();
      InstanceFixture fixture = new InstanceFixture("lb01").version(version2 ? 2 : 3);
      fixture.virtualRouterId(1 + random.nextInt(255));
      fixture.advertInterval(
          version2
              ? Duration.ofSeconds(1 + random.nextInt(255))
              : Duration.ofMillis(10L * (1 + random.nextInt(4095))));
      String[] vips = new String[1 + random.nextInt(255)];
      for (int n = 0; n < vips.length; n++) {
        vips[n] = "10.1." + random.nextInt(256) + "." + random.nextInt(256) + "/24";
      }
      Instance instance = fixture.virtualAddresses(vips).instance();
      int priority = random.nextInt(256);
      byte[] packet =
          AdvertCodec.encode(
              instance,
              priority,
              instance.advertInterval(),
              Checksum.PSEUDO_HEADER,
              address("lb01"),
              GROUP);
      Decoded decoded =
          AdvertCodec.decode(ByteBuffer.wrap(packet), FROM_LB01, id -> instance, true);
      assertThat(decoded)
          .isEqualTo(
              new Decoded.Accepted(
                  new Advertisement(
                      instance.version(),
                      instance.virtualRouterId(),
                      priority,
                      instance.advertInterval(),
                      instance.virtualAddresses().stream().map(a -> a.prefix().address()).toList()),
                  version2 ? Checksum.MESSAGE : Checksum.PSEUDO_HEADER,
                  true));
    }
  }

  private static String encode(
      InstanceFixture fixture, int priority, Duration interval, Checksum checksum) {
    return HexFormat.of()
        .formatHex(
            AdvertCodec.encode(
                fixture.instance(), priority, interval, checksum, address("lb01"), GROUP));
  }

  private static Decoded decode(String hex, AdvertCodec.Ip ip, InstanceFixture fixture) {
    return AdvertCodec.decode(
        ByteBuffer.wrap(HexFormat.of().parseHex(hex)), ip, id -> fixture.instance(), true);
  }

  private static Decoded.Accepted accepted(String hex, InstanceFixture fixture) {
    return (Decoded.Accepted) decode(hex, FROM_LB01, fixture);
  }

  private static Decoded.Accepted acceptedAfterSealing(byte[] packet, InstanceFixture fixture) {
    seal(packet);
    return accepted(HexFormat.of().formatHex(packet), fixture);
  }

  private static void assertDiscarded(String hex, InstanceFixture fixture, Decoded.Reason reason) {
    assertThat(decode(hex, FROM_LB01, fixture)).isEqualTo(discarded(reason));
  }

  private static void assertDiscardedAfterSealing(
      String hex, InstanceFixture fixture, Decoded.Reason reason) {
    byte[] packet = HexFormat.of().parseHex(hex);
    seal(packet);
    assertDiscarded(HexFormat.of().formatHex(packet), fixture, reason);
  }

  /** Puts the right checksum over the message in. */
  private static void seal(byte[] packet) {
    ByteBuffer buffer = ByteBuffer.wrap(packet).putShort(6, (short) 0);
    buffer.putShort(6, Checksum.MESSAGE.of(buffer, FROM_LB01));
  }

  private static Decoded.Discarded discarded(Decoded.Reason reason) {
    return new Decoded.Discarded(reason);
  }
}
