package io.vipops.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bytes written by hand after rtnetlink(7) and sock_diag(7), for a little-endian host. */
class NetlinkTest {
  private static final HexFormat HEX = HexFormat.of();

  @BeforeAll
  static void littleEndian() {
    assertThat(ByteOrder.nativeOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
  }

  private static InetAddress ip(String text) throws UnknownHostException {
    return InetAddress.getByName(text);
  }

  private static byte[] bytes(String hex) {
    return HEX.parseHex(hex.replaceAll("\\s+|//.*\\R?", ""));
  }

  @Test
  void addingAnAddressCarriesLocalAddressLabelAndLifetime() throws Exception {
    InterfaceAddress vip = new InterfaceAddress(7, ip("10.0.0.50"), 32, "eth0:1", 3);
    assertThat(HEX.formatHex(vip.add(9)))
        .isEqualTo(
            HEX.formatHex(
                bytes(
                    "48000000 1400 0505 09000000 00000000" // NEWADDR REQUEST|ACK|CREATE|REPLACE
                        + "02200000 07000000" // AF_INET /32, interface 7
                        + "0800 0200 0a000032" // IFA_LOCAL
                        + "0800 0100 0a000032" // IFA_ADDRESS
                        + "0b00 0300 657468303a3100 00" // IFA_LABEL
                        + "1400 0600 03000000 03000000 00000000 00000000"))); // IFA_CACHEINFO
  }

  @Test
  void withoutALeaseItIsValidForever() throws Exception {
    InterfaceAddress vip =
        new InterfaceAddress(7, ip("10.0.0.50"), 24, null, InterfaceAddress.FOREVER);
    assertThat(HEX.formatHex(vip.add(1))).endsWith("14000600ffffffffffffffff0000000000000000");
  }

  @Test
  void anIpv6AddressIsNeverPreferredAndSkipsDuplicateDetection() throws Exception {
    InterfaceAddress vip = new InterfaceAddress(7, ip("2001:db8::50"), 128, null, 3);
    String hex = HEX.formatHex(vip.add(1));
    assertThat(hex).startsWith("5c000000").contains("0a80000007000000");
    assertThat(hex)
        .endsWith("14000600" + "00000000" + "03000000" + "0".repeat(16) + "0800080002000000");
  }

  @Test
  void deletingNamesTheVeryEntryAndNoLifetime() throws Exception {
    InterfaceAddress vip = new InterfaceAddress(7, ip("10.0.0.50"), 24, null, 3);
    assertThat(HEX.formatHex(vip.delete(1)))
        .isEqualTo(
            HEX.formatHex(
                bytes(
                    "28000000 1500 0500 01000000 00000000 02180000 07000000"
                        + "0800 0200 0a000032 0800 0100 0a000032")));
  }

  @Test
  void anAddressNotificationIsRead() throws Exception {
    byte[] notification =
        bytes(
            "48000000 1500 0000 05000000 2a000000" // DELADDR, caused by port 42
                + "021880fd 03000000" // permanent; of scope link
                + "0800 0100 0a000033" // IFA_ADDRESS
                + "0800 0200 0a000032" // IFA_LOCAL: this one is the address
                + "0900 0300 6574683000 000000"
                + "1400 0600 01000000 02000000 00000000 00000000");
    List<NetlinkMessage> messages = NetlinkMessage.parse(notification);
    assertThat(messages).hasSize(1);
    assertThat(messages.get(0).portId()).isEqualTo(42);
    assertThat(InterfaceAddress.decode(messages.get(0)))
        .contains(
            new InterfaceAddress(3, ip("10.0.0.50"), 24, "eth0", 2, InterfaceAddress.LINK, 0x80));
    assertThat(Link.decode(messages.get(0))).isEmpty();
  }

  @Test
  void aLinkTellsNameCarrierAndHardwareAddress() {
    byte[] notification =
        bytes(
            "38000000 1000 0000 00000000 00000000"
                + "00000100 02000000 43100100 00000000" // UP, RUNNING among the flags
                + "0900 0300 6574683000 000000"
                + "0a00 0100 020000000001 0000");
    Link link = Link.decode(NetlinkMessage.parse(notification).get(0)).orElseThrow();
    assertThat(link.index()).isEqualTo(2);
    assertThat(link.name()).isEqualTo("eth0");
    assertThat(link.isUp()).isTrue();
    assertThat(link.hasCarrier()).isTrue();
    assertThat(HEX.formatHex(link.hardwareAddress())).isEqualTo("020000000001");
    notification[24] = 0x03; // no RUNNING
    assertThat(Link.decode(NetlinkMessage.parse(notification).get(0)).orElseThrow().hasCarrier())
        .isFalse();
    notification[16] = 7; // AF_BRIDGE
    assertThat(Link.decode(NetlinkMessage.parse(notification).get(0))).isEmpty();
  }

  @Test
  void acknowledgementsAndErrorsTellTheirNumber() {
    byte[] both =
        bytes(
            "14000000 0200 0000 01000000 00000000 00000000"
                + "14000000 0200 0000 02000000 00000000 9dffffff");
    List<NetlinkMessage> messages = NetlinkMessage.parse(both);
    assertThat(messages).extracting(NetlinkMessage::errno).containsExactly(0, 99);
    assertThat(messages).extracting(NetlinkMessage::sequence).containsExactly(1, 2);
  }

  @Test
  void connectionsAreAskedForByTheirLocalAddress() throws Exception {
    String hex = HEX.formatHex(SocketDiag.dump(ip("10.0.0.50"), false, 1));
    assertThat(hex).startsWith("5c0000001400010301000000" + "00000000" + "02060000be1b0000");
    // One condition: source, 16 bytes on: accept, 20: reject; /32, any port.
    assertThat(hex).endsWith("14000100" + "07101400" + "02200000" + "ffffffff" + "0a000032");
    assertThat(HEX.formatHex(SocketDiag.dump(ip("10.0.0.50"), true, 1))).contains("0a060000");
  }

  @Test
  void aConnectionIsEndedByTheIdItWasListedWith() throws Exception {
    String id = "1f90c000" + "0a000032" + "0".repeat(24) + "0a000034" + "0".repeat(24);
    String rest = "02000000" + "1122334455667788";
    NetlinkMessage line =
        new NetlinkMessage(SocketDiag.BY_FAMILY, 0, 1, 0, HEX.parseHex("02010000" + id + rest));
    byte[] request = SocketDiag.destroy(line, ip("10.0.0.50"), 5).orElseThrow();
    assertThat(HEX.formatHex(request))
        .isEqualTo("480000001500050005000000" + "00000000" + "02060000be1b0000" + id + rest);
    assertThat(SocketDiag.destroy(line, ip("10.0.0.51"), 5)).isEmpty();
  }

  @Test
  void aConnectionOfASocketForBothFamiliesIsFoundByItsMappedAddress() throws Exception {
    String mapped = "0".repeat(20) + "ffff" + "0a000032";
    byte[] payload =
        HEX.parseHex("0a010000" + "1f90c000" + mapped + mapped + "00000000" + "0".repeat(16));
    NetlinkMessage line = new NetlinkMessage(SocketDiag.BY_FAMILY, 0, 1, 0, payload);
    assertThat(SocketDiag.destroy(line, ip("10.0.0.50"), 5)).isPresent();
    payload[8] = 1;
    assertThat(SocketDiag.destroy(line, ip("10.0.0.50"), 5)).isEmpty();
  }

  @Test
  void randomBytesNeverThrow() throws Exception {
    Random random = new Random(1);
    InetAddress address = ip("10.0.0.50");
    int[] types = {2, 3, 16, 17, 20, 21};
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(120)];
      random.nextBytes(bytes);
      if (bytes.length >= 20) {
        // Half plausible: a right length, a known type, families and small attribute lengths.
        bytes[0] = (byte) (random.nextBoolean() ? bytes.length : random.nextInt(130));
        bytes[1] = bytes[2] = bytes[3] = bytes[5] = 0;
        bytes[4] = (byte) types[random.nextInt(types.length)];
        bytes[16] = (byte) new int[] {0, 2, 10, 7}[random.nextInt(4)];
        for (int at = 24; at + 4 < bytes.length; at += 8) {
          bytes[at] = (byte) random.nextInt(24);
          bytes[at + 1] = 0;
          bytes[at + 2] = (byte) random.nextInt(9);
          bytes[at + 3] = 0;
        }
      }
      for (NetlinkMessage message : NetlinkMessage.parse(bytes)) {
        message.errno();
        Link.decode(message);
        InterfaceAddress.decode(message);
        SocketDiag.destroy(message, address, 1);
      }
    }
  }
}
