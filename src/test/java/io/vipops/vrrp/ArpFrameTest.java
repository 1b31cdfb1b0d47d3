package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.net.InetAddress;
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
}
