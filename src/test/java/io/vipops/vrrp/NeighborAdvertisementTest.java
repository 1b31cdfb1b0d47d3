package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class NeighborAdvertisementTest {
  private static final byte[] MAC = HexFormat.of().parseHex("020000000001");

  private static String frame(boolean router) {
    Inet6Address vip = (Inet6Address) InstanceFixture.any("2001:db8::50");
    return HexFormat.of().formatHex(NeighborAdvertisement.unsolicited(MAC, vip, router));
  }

  @Test
  void saysToAllNodesWhereTheAddressIsNowOverridingWhatTheyKnew() {
    String vip = "20010db8000000000000000000000050";
    // By hand: addresses 2e09+ff03, length and protocol 0020+003a, 8800, flags 2000, target 2e09,
    // option 0201, MAC 0200+0001 are 20771, folded 0773; its complement.
    assertThat(frame(false))
        .isEqualTo(
            "333300000001"
                + "020000000001"
                + "86dd" // Ethernet: the group's MAC
                + "60000000"
                + "0020"
                + "3a"
                + "ff" // IPv6: 32 bytes of ICMPv6, hop limit 255
                + vip
                + "ff020000000000000000000000000001"
                + "8800"
                + "f88c" // Neighbor Advertisement
                + "20000000" // Override; neither Router nor Solicited
                + vip
                + "0201"
                + "020000000001"); // target link-layer address, 8 bytes
  }

  @Test
  void aForwardingHostSaysThatItIsARouter() {
    assertThat(frame(true).substring(116, 124)).isEqualTo("a0000000");
    assertThat(frame(true).substring(112, 116)).as("checksum").isEqualTo("788c");
  }

  @Test
  void refusesAnAddressThatIsNoMac() {
    Inet6Address vip = (Inet6Address) InstanceFixture.any("2001:db8::50");
    assertThatThrownBy(() -> NeighborAdvertisement.unsolicited(new byte[8], vip, false))
        .hasMessageContaining("6 bytes, not 8");
  }

  @Test
  void whatIsSaidOfTheTargetIsRead() throws Exception {
    byte[] mac = HexFormat.of().parseHex("02425a000033");
    Inet6Address vip = (Inet6Address) InetAddress.getByName("fd00::50");
    byte[] frame = NeighborAdvertisement.unsolicited(mac, vip, false);
    byte[] message = Arrays.copyOfRange(frame, 54, frame.length);
    assertThat(NeighborAdvertisement.claim(message)).isEqualTo(new Claim(vip, "02:42:5a:00:00:33"));
    assertThat(NeighborAdvertisement.claim(Arrays.copyOf(message, 31))).isNull();
    assertThat(NeighborAdvertisement.claim(Arrays.copyOf(message, 24))).isNull();
    // Type, code, the option's type, its length; that of none ends the search.
    for (int at : new int[] {0, 1, 24, 25}) {
      for (int value : new int[] {0, 3}) {
        byte[] other = message.clone();
        other[at] = (byte) value;
        if (at != 1 || value != 0) {
          assertThat(NeighborAdvertisement.claim(other)).as("byte %d: %d", at, value).isNull();
        }
      }
    }
    byte[] second = new byte[message.length + 16];
    System.arraycopy(message, 0, second, 0, 24);
    second[24] = 14;
    second[25] = 2;
    System.arraycopy(message, 24, second, 40, 8);
    assertThat(NeighborAdvertisement.claim(second)).isEqualTo(new Claim(vip, "02:42:5a:00:00:33"));
  }
}
