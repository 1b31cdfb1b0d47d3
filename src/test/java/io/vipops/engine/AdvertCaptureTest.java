package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our packets on the wire, read by somebody else's capture and by hand, not by our own codec. */
@Tag("root")
class AdvertCaptureTest {
  @TempDir Path folder;

  @Test
  void version3SaysWhatRfc9568Says() throws Exception {
    byte[] frame = firstFrame("ip proto 112", "version=3", "priority=100", "interval_ms=100");
    byte[] vrrp = checkedIp(frame);
    assertThat(HexFormat.of().formatHex(vrrp, 0, 6)).isEqualTo("31336402000a");
    assertThat(HexFormat.of().formatHex(vrrp, 8, 16)).isEqualTo("0a0000320a00003c");
    assertThat(vrrp).hasSize(16);
    // The pseudo-header form: source, destination, protocol, length.
    ByteBuffer summed = ByteBuffer.allocate(12 + vrrp.length);
    summed.put(frame, 26, 8).putShort((short) 112).putShort((short) vrrp.length).put(vrrp);
    assertThat(sum(summed.array())).isEqualTo(0xffff);
  }

  @Test
  void version2WithAPasswordSaysWhatRfc2338Says() throws Exception {
    Path password = Files.writeString(folder.resolve("password"), "s3cret\n");
    byte[] frame = firstFrame("ip proto 112", "version=2", "password_file=" + password);
    byte[] vrrp = checkedIp(frame);
    assertThat(HexFormat.of().formatHex(vrrp, 0, 6)).isEqualTo("213364020101");
    assertThat(HexFormat.of().formatHex(vrrp, 8, 16)).isEqualTo("0a0000320a00003c");
    assertThat(Arrays.copyOfRange(vrrp, 16, 24))
        .isEqualTo("s3cret\0\0".getBytes(StandardCharsets.US_ASCII));
    assertThat(vrrp).hasSize(24);
    assertThat(sum(vrrp)).isEqualTo(0xffff);
  }

  @Test
  void gratuitousArpIsARequestForTheAddressWeHold() throws Exception {
    byte[] frame = firstFrame("arp host " + VIP, "interval_ms=100");
    assertThat(HexFormat.of().formatHex(frame, 0, 6)).isEqualTo("ffffffffffff");
    assertThat(HexFormat.of().formatHex(frame, 12, 22)).isEqualTo("08060001080006040001");
    assertThat(Arrays.copyOfRange(frame, 22, 28)).isEqualTo(Arrays.copyOfRange(frame, 6, 12));
    assertThat(HexFormat.of().formatHex(frame, 28, 42)).isEqualTo("0a0000320000000000000a000032");
  }

  @Test
  void theLastAdvertOfACleanStopHasPriority0() throws Exception {
    try (Pair pair = new Pair()) {
      Capture capture = new Capture(pair.b, folder.resolve("stop.pcap"), "ip proto 112");
      Running node = pair.node(pair.a, "interval_ms=100");
      pair.awaitHolder(pair.a, node);
      Await.until("adverts", SOON, () -> capture.frames().size() >= 3);
      node.stop();
      Await.until("priority 0", SOON, () -> last(capture.frames())[14 + 20 + 2] == 0);
      List<byte[]> frames = capture.frames();
      assertThat(frames.stream().filter(it -> it[14 + 20 + 2] == 0)).hasSize(1);
    }
  }

  private byte[] firstFrame(String filter, String... settings) throws Exception {
    try (Pair pair = new Pair()) {
      LabHost listener = pair.b;
      Capture capture = new Capture(listener, folder.resolve("capture.pcap"), filter);
      String[] all = Arrays.copyOf(settings, settings.length + 1);
      all[settings.length] = "vips=10.0.0.50/24,10.0.0.60/24";
      Running node = pair.node(pair.a, all);
      Await.until("a frame from " + node.pid(), SOON, () -> !capture.frames().isEmpty());
      return capture.frames().get(0);
    }
  }

  /** Checks Ethernet and IP headers; returns what follows. */
  private static byte[] checkedIp(byte[] frame) {
    HexFormat hex = HexFormat.of();
    assertThat(hex.formatHex(frame, 0, 6)).as("to the group's MAC").isEqualTo("01005e000012");
    assertThat(hex.formatHex(frame, 12, 16)).as("IPv4, no options").isEqualTo("080045c0");
    assertThat(frame[22] & 0xff).as("TTL").isEqualTo(255);
    assertThat(frame[23]).as("protocol").isEqualTo((byte) 112);
    assertThat(hex.formatHex(frame, 26, 30)).as("source").isEqualTo("0a000033");
    assertThat(hex.formatHex(frame, 30, 34)).as("destination").isEqualTo("e0000012");
    int total = ByteBuffer.wrap(frame).getShort(16);
    return Arrays.copyOfRange(frame, 34, 14 + total);
  }

  /** RFC 1071. */
  private static int sum(byte[] bytes) {
    int sum = 0;
    for (int i = 0; i < bytes.length; i += 2) {
      sum += ByteBuffer.wrap(bytes).getShort(i) & 0xffff;
    }
    return (sum & 0xffff) + (sum >>> 16);
  }

  private static byte[] last(List<byte[]> frames) {
    return frames.get(frames.size() - 1);
  }
}
