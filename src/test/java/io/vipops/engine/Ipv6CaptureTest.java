package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Running;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our IPv6 packets on the wire, read by somebody else's capture and by hand. */
@Tag("root")
class Ipv6CaptureTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String LINK_LOCAL_VIP = "fe800000000000000000000000000050";
  private static final String GLOBAL_VIP = "fd000000000000000000000000000050";

  @TempDir Path folder;

  @Test
  void anAdvertSaysWhatRfc9568Says() throws Exception {
    try (Pair pair = new Pair().withIpv6()) {
      Capture capture = new Capture(pair.b, folder.resolve("advert.pcap"), "ip6 proto 112");
      Running node = start(pair);
      Await.until("three from " + node.pid(), SOON, () -> capture.frames().size() >= 3);
      // The third comes with the addresses on the interface: still not from one of them.
      byte[] frame = capture.frames().get(2);
      assertThat(HEX.formatHex(frame, 0, 6)).as("to the group's MAC").isEqualTo("333300000012");
      assertThat(HEX.formatHex(frame, 12, 14)).as("IPv6").isEqualTo("86dd");
      // What follows is the flow label, the kernel's.
      assertThat(HEX.formatHex(frame, 14, 16)).as("class c0").startsWith("6c0");
      assertThat(HEX.formatHex(frame, 18, 22)).as("length, VRRP, hops").isEqualTo("002870ff");
      assertThat(InetAddress.getByAddress(Arrays.copyOfRange(frame, 22, 38)))
          .isEqualTo(InetAddress.getByName(pair.a.linkLocal()));
      assertThat(HEX.formatHex(frame, 38, 54)).isEqualTo("ff020000000000000000000000000012");
      byte[] vrrp = Arrays.copyOfRange(frame, 54, 54 + 40);
      assertThat(HEX.formatHex(vrrp, 0, 6)).isEqualTo("31336402000a");
      assertThat(HEX.formatHex(vrrp, 8, 40)).isEqualTo(LINK_LOCAL_VIP + GLOBAL_VIP);
      ByteBuffer summed = ByteBuffer.allocate(40 + 40);
      summed.put(frame, 22, 32).putInt(vrrp.length).putInt(112).put(vrrp);
      assertThat(sum(summed.array())).isEqualTo(0xffff);
      assertThat(frame).hasSize(14 + 40 + 40);
    }
  }

  @Test
  void bothAddressesAreAnnouncedToAllNodesOverridingWhatTheyKnew() throws Exception {
    try (Pair pair = new Pair().withIpv6()) {
      String filter = "icmp6 and dst host ff02::1 and ip6[40] == 136";
      Capture capture = new Capture(pair.b, folder.resolve("na.pcap"), filter);
      Running node = start(pair);
      Await.until("two from " + node.pid(), SOON, () -> capture.frames().size() >= 2);
      List<byte[]> frames = capture.frames().subList(0, 2);
      for (byte[] frame : frames) {
        String vip = HEX.formatHex(frame, 22, 38);
        assertThat(HEX.formatHex(frame, 0, 6)).isEqualTo("333300000001");
        assertThat(HEX.formatHex(frame, 18, 22)).as("length, ICMPv6, hops").isEqualTo("00203aff");
        assertThat(HEX.formatHex(frame, 54, 56)).isEqualTo("8800");
        assertThat(HEX.formatHex(frame, 58, 62)).as("override").isEqualTo("20000000");
        assertThat(HEX.formatHex(frame, 62, 78)).as("target").isEqualTo(vip);
        assertThat(HEX.formatHex(frame, 78, 86)).isEqualTo("0201" + HEX.formatHex(frame, 6, 12));
        ByteBuffer summed = ByteBuffer.allocate(40 + 32);
        summed.put(frame, 22, 32).putInt(32).putInt(58).put(frame, 54, 32);
        assertThat(sum(summed.array())).isEqualTo(0xffff);
        assertThat(frame).hasSize(86);
      }
      assertThat(frames.stream().map(it -> HEX.formatHex(it, 22, 38)))
          .containsExactlyInAnyOrder(LINK_LOCAL_VIP, GLOBAL_VIP);
    }
  }

  @Test
  void aForwardingHostAnnouncesItselfAsARouter() throws Exception {
    try (Pair pair = new Pair().withIpv6()) {
      pair.a.exec("sysctl", "-qw", "net.ipv6.conf.eth0.forwarding=1");
      String filter = "icmp6 and dst host ff02::1 and ip6[40] == 136";
      Capture capture = new Capture(pair.b, folder.resolve("router.pcap"), filter);
      Running node = start(pair);
      Await.until("one from " + node.pid(), SOON, () -> !capture.frames().isEmpty());
      assertThat(HEX.formatHex(capture.frames().get(0), 58, 62)).isEqualTo("a0000000");
    }
  }

  private static Running start(Pair pair) throws Exception {
    return pair.node(pair.a, "interval_ms=100", "vips=fd00::50/64,fe80::50/64");
  }

  /** RFC 1071. */
  private static int sum(byte[] bytes) {
    int sum = 0;
    for (int i = 0; i < bytes.length; i += 2) {
      sum += ByteBuffer.wrap(bytes).getShort(i) & 0xffff;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }
}
