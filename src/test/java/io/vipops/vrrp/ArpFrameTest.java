package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ArpFrameTest {
  private static final byte[] MAC = HexFormat.of().parseHex("02425a000033");

  @Test
  void isABroadcastRequestForTheAddressFromTheAddress() throws Exception {
    Inet4Address vip = (Inet4Address) InetAddress.getByName("10.0.0.50");
    assertThat(HexFormat.of().formatHex(ArpFrame.gratuitous(MAC, vip)))
        .isEqualTo(
            "ffffffffffff"
                + "02425a000033"
                + "0806" // Ethernet
                + "0001"
                + "0800"
                + "06"
                + "04"
                + "0001" // request
                + "02425a000033"
                + "0a000032" // sender
                + "000000000000"
                + "0a000032"); // target
  }

  @Test
  void refusesWhatIsNoMacAddress() throws Exception {
    Inet4Address vip = (Inet4Address) InetAddress.getByName("10.0.0.50");
    assertThatThrownBy(() -> ArpFrame.gratuitous(new byte[8], vip))
        .hasMessage("a MAC address has 6 bytes, not 8");
  }

  @Test
  void whatASenderSaysOfItselfIsRead() throws Exception {
    byte[] frame = ArpFrame.gratuitous(MAC, (Inet4Address) InetAddress.getByName("10.0.0.50"));
    Claim said = new Claim(InetAddress.getByName("10.0.0.50"), "02:42:5a:00:00:33");
    assertThat(ArpFrame.claim(frame)).isEqualTo(said);
    assertThat(ArpFrame.claim(changed(Arrays.copyOf(frame, 60), 21, 2))).isEqualTo(said);
    assertThat(ArpFrame.claim(Arrays.copyOf(frame, 41))).isNull();
    // Ethertype, hardware, protocol, their lengths, operation.
    for (int at : new int[] {13, 15, 17, 18, 19, 21}) {
      assertThat(ArpFrame.claim(changed(frame, at, 9))).as("byte %d", at).isNull();
    }
    byte[] probe = frame.clone();
    Arrays.fill(probe, 28, 32, (byte) 0);
    assertThat(ArpFrame.claim(probe)).isNull();
  }

  private static byte[] changed(byte[] frame, int at, int value) {
    byte[] other = frame.clone();
    other[at] = (byte) value;
    return other;
  }
}
