package io.vipops.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The filter's program, run by a machine that knows only the instructions it uses (bpf(4)). */
class VrrpFilterTest {
  private static final int DROPPED = 0;
  private static final int WHOLE = -1;

  private static int run(byte[] packet, Integer... virtualRouterIds) {
    return run(
        VrrpFilter.ipv4(new Hearing(new TreeSet<>(List.of(virtualRouterIds)), null)),
        packet,
        packet);
  }

  /** The machine that sees an IPv6 packet from its payload on. */
  private static int run6(byte[] packet, Integer... virtualRouterIds) {
    byte[] payload = Arrays.copyOfRange(packet, 40, packet.length);
    return run(
        VrrpFilter.ipv6(new Hearing(new TreeSet<>(List.of(virtualRouterIds)), null)),
        payload,
        packet);
  }

  private static int run(byte[] code, byte[] packet, byte[] network) {
    ByteBuffer program = ByteBuffer.wrap(code).order(ByteOrder.nativeOrder());
    return run(program, packet, network);
  }

  private static int run(ByteBuffer program, byte[] packet, byte[] network) {
    int accumulator = 0;
    int index = 0;
    for (int at = 0; ; at += 8) {
      int code = program.getShort(at);
      int k = program.getInt(at + 4);
      switch (code) {
        // ldb [k]; from SKF_NET_OFF on it counts from the network header
        case 0x30 -> accumulator = (k < 0 ? network[k + 0x100000] : packet[k]) & 0xff;
        case 0x20 -> accumulator = word(k < 0 ? network : packet, k < 0 ? k + 0x100000 : k);
        case 0x50 -> accumulator = packet[index + k] & 0xff; // ldb [x + k]
        case 0xb1 -> index = (packet[k] & 0xf) * 4; // ldxb 4*([k]&0xf)
        case 0x15 -> at += 8 * (accumulator == k ? program.get(at + 2) : program.get(at + 3));
        case 0x35 ->
            at +=
                8
                    * (Integer.compareUnsigned(accumulator, k) >= 0
                        ? program.get(at + 2)
                        : program.get(at + 3));
        case 0x05 -> at += 8 * k; // ja
        case 0x06 -> {
          return k; // ret k
        }
        default -> throw new AssertionError("instruction " + code);
      }
    }
  }

  private static int word(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).getInt(at);
  }

  private static byte[] packet(int headerWords, int ttl, int virtualRouterId) {
    byte[] packet = new byte[headerWords * 4 + 20];
    packet[0] = (byte) (0x40 | headerWords);
    packet[8] = (byte) ttl;
    packet[headerWords * 4] = 0x31;
    packet[headerWords * 4 + 1] = (byte) virtualRouterId;
    return packet;
  }

  @Test
  void advertsOfServedRoutersPassWholeWithAndWithoutIpOptions() {
    assertThat(run(packet(5, 255, 51), 51)).isEqualTo(WHOLE);
    assertThat(run(packet(5, 255, 255), 1, 51, 255)).isEqualTo(WHOLE);
    assertThat(run(packet(15, 255, 51), 51, 52)).isEqualTo(WHOLE);
  }

  @Test
  void othersAndThoseThatCameThroughARouterAreDropped() {
    assertThat(run(packet(5, 255, 50), 51, 52)).isEqualTo(DROPPED);
    assertThat(run(packet(5, 254, 51), 51)).isEqualTo(DROPPED);
    assertThat(run(packet(5, 1, 51), 51)).isEqualTo(DROPPED);
    assertThat(run(packet(5, 255, 51))).isEqualTo(DROPPED);
  }

  private static byte[] packet6(int hopLimit, int virtualRouterId) {
    byte[] packet = new byte[40 + 40];
    packet[0] = 0x60;
    packet[6] = 112;
    packet[7] = (byte) hopLimit;
    packet[40] = 0x31;
    packet[41] = (byte) virtualRouterId;
    return packet;
  }

  @Test
  void overIpv6TheHopLimitAndTheRouterDecideAlike() {
    assertThat(run6(packet6(255, 51), 51)).isEqualTo(WHOLE);
    assertThat(run6(packet6(255, 255), 1, 51, 255)).isEqualTo(WHOLE);
    assertThat(run6(packet6(254, 51), 51)).isEqualTo(DROPPED);
    assertThat(run6(packet6(1, 51), 51)).isEqualTo(DROPPED);
    assertThat(run6(packet6(255, 50), 51, 52)).isEqualTo(DROPPED);
    assertThat(run6(packet6(255, 51))).isEqualTo(DROPPED);
  }

  private static Hearing hearing(boolean refused, int minTtl, String... peers) throws Exception {
    Set<InetAddress> addresses = new HashSet<>();
    for (String peer : peers) {
      addresses.add(InetAddress.getByName(peer));
    }
    Hearing.Peers of = new Hearing.Peers(addresses, minTtl, refused);
    return new Hearing(new TreeSet<>(List.of(51, 52)), of);
  }

  /** What passes: "heard", "refused", "both" or "none". */
  private static String way(byte[] packet, int minTtl, String... peers) throws Exception {
    boolean ipv6 = packet[0] == 0x60;
    byte[] seen = ipv6 ? Arrays.copyOfRange(packet, 40, packet.length) : packet;
    boolean[] passes = new boolean[2];
    for (int i = 0; i < 2; i++) {
      Hearing hearing = hearing(i == 1, minTtl, peers);
      byte[] program = ipv6 ? VrrpFilter.ipv6(hearing) : VrrpFilter.ipv4(hearing);
      passes[i] = run(program, seen, packet) == WHOLE;
    }
    return passes[0] ? passes[1] ? "both" : "heard" : passes[1] ? "refused" : "none";
  }

  private static byte[] from(String source, byte[] packet) throws Exception {
    byte[] address = InetAddress.getByName(source).getAddress();
    System.arraycopy(address, 0, packet, address.length == 4 ? 12 : 8, address.length);
    return packet;
  }

  @Test
  void ofUnicastWhatIsFromAPeerWithItsTtlIsHeardAndAllElseIsForTheCount() throws Exception {
    String[] peers = {"10.0.0.52", "200.0.0.53"};
    assertThat(way(from("10.0.0.52", packet(5, 254, 51)), 254, peers)).isEqualTo("heard");
    assertThat(way(from("200.0.0.53", packet(15, 255, 52)), 254, peers)).isEqualTo("heard");
    assertThat(way(from("10.0.0.52", packet(5, 253, 51)), 254, peers)).isEqualTo("refused");
    assertThat(way(from("10.0.0.54", packet(5, 255, 51)), 254, peers)).isEqualTo("refused");
    assertThat(way(from("10.0.0.54", packet(5, 255, 50)), 254, peers)).isEqualTo("none");
    assertThat(way(from("10.0.0.52", packet(5, 255, 50)), 254, peers)).isEqualTo("none");
    assertThat(way(from("10.0.0.52", packet(5, 255, 51)), 255)).isEqualTo("refused");
  }

  @Test
  void ofUnicastOverIpv6TheSourceDecidesToo() throws Exception {
    String[] peers = {"fe80::52", "fe80::1:53"};
    assertThat(way(from("fe80::52", packet6(255, 51)), 255, peers)).isEqualTo("heard");
    assertThat(way(from("fe80::1:53", packet6(255, 51)), 255, peers)).isEqualTo("heard");
    assertThat(way(from("fe80::53", packet6(255, 51)), 255, peers)).isEqualTo("refused");
    assertThat(way(from("fe80::52", packet6(254, 51)), 255, peers)).isEqualTo("refused");
    assertThat(way(from("fe80::52", packet6(255, 50)), 255, peers)).isEqualTo("none");
  }

  @Test
  void withMorePeersThanAProgramHoldsTheTtlAloneDecides() throws Exception {
    String[] most = new String[VrrpFilter.MOST_PEERS];
    Arrays.setAll(most, i -> "10.1.0." + i);
    String[] more = new String[VrrpFilter.MOST_PEERS + 1];
    Arrays.setAll(more, i -> "10.1.0." + i);
    assertThat(way(from("10.1.0.63", packet(5, 255, 51)), 255, most)).isEqualTo("heard");
    assertThat(way(from("10.2.0.63", packet(5, 255, 51)), 255, most)).isEqualTo("refused");
    assertThat(way(from("10.2.0.63", packet(5, 255, 51)), 255, more)).isEqualTo("heard");
    assertThat(way(from("10.2.0.63", packet(5, 254, 51)), 255, more)).isEqualTo("refused");
  }

  @Test
  void allRoutersOfALanFitInOneProgram() {
    Integer[] all = new Integer[255];
    for (int i = 0; i < all.length; i++) {
      all[i] = i + 1;
    }
    for (int id : all) {
      assertThat(run(packet(5, 255, id), all)).isEqualTo(WHOLE);
    }
    assertThat(run(packet(5, 255, 0), all)).isEqualTo(DROPPED);
  }
}
