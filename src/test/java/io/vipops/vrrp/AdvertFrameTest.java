package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Bytes after RFC 9568 §5.1, RFC 791 and RFC 8200. */
class AdvertFrameTest {
  private static final byte[] ADVERT = HexFormat.of().parseHex("3133640100640000" + "0a000032");

  @Test
  void overIpv4ItComesFromTheVirtualMac() throws Exception {
    InetAddress source = InetAddress.getByName("10.0.0.51");
    byte[] frame =
        AdvertFrame.encode(new VirtualMac(51, false), source, AdvertCodec.group(false), ADVERT);
    assertThat(HexFormat.of().formatHex(frame))
        .isEqualTo(
            "01005e000012"
                + "00005e000133"
                + "0800" // to the group, from VRID 51
                + "45c00020"
                + "00004000"
                + "ff70"
                + "9068" // 32 bytes, TTL 255, VRRP, checksum
                + "0a000033"
                + "e0000012" //
                + HexFormat.of().formatHex(ADVERT));
  }

  @Test
  void overIpv6Too() throws Exception {
    InetAddress source = InetAddress.getByName("fe80::51");
    byte[] frame =
        AdvertFrame.encode(new VirtualMac(255, true), source, AdvertCodec.group(true), ADVERT);
    assertThat(HexFormat.of().formatHex(frame))
        .isEqualTo(
            "333300000012"
                + "00005e0002ff"
                + "86dd" //
                + "6c000000"
                + "000c"
                + "70ff" // class c0, 12 bytes, VRRP, hop limit 255
                + "fe80"
                + "0".repeat(24)
                + "0051"
                + "ff02"
                + "0".repeat(24)
                + "0012"
                + HexFormat.of().formatHex(ADVERT));
  }

  @Test
  void theInterfacesNameFitsWhateverTheVrid() {
    assertThat(new VirtualMac(255, true).interfaceName())
        .isEqualTo("vrrp6.255")
        .hasSizeLessThan(16);
    assertThat(new VirtualMac(1, false).interfaceName()).isEqualTo("vrrp.1");
  }
}
