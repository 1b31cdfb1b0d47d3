package io.vipops.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.util.ArrayList;
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
  void aMacvlanIsMadeDownInBridgeModeOnItsParent() {
    byte[] mac = {0, 0, 0x5e, 0, 1, 0x33};
    assertThat(HEX.formatHex(Link.macvlan("vrrp.51", 2, mac, 9)))
        .isEqualTo(
            HEX.formatHex(
                bytes(
                    "5c000000 1000 0506 09000000 00000000" // NEWLINK REQUEST|ACK|CREATE|EXCL
                        + "00000000 00000000 00000000 00000000"
                        + "0800 0500 02000000" // IFLA_LINK
                        + "0c00 0300 767272702e353100" // IFLA_IFNAME
                        + "0a00 0100 00005e000133 0000" // IFLA_ADDRESS
                        + "1c00 1280 0c00 0100 6d6163766c616e00" // IFLA_LINKINFO: macvlan
                        + "0c00 0280 0800 0100 04000000"))); // bridge
  }

  @Test
  void aLinkTellsItsParentAndTheNoteOnIt() {
    byte[] notification =
        bytes(
            "40000000 1000 0000 00000000 00000000"
                + "00000100 03000000 02100000 00000000"
                + "0c00 0300 767272702e353100"
                + "0800 0500 02000000"
                + "0b00 1400 7669706f707300 00");
    Link link = Link.decode(NetlinkMessage.parse(notification).get(0)).orElseThrow();
    assertThat(link.parent()).isEqualTo(2);
    assertThat(link.alias()).isEqualTo("vipops");
    assertThat(link.isUp()).isFalse();
    assertThat(HEX.formatHex(Link.up(3, true, 9)))
        .isEqualTo("200000001000050009000000000000000000000003000000" + "0100000001000000");
    assertThat(HEX.formatHex(Link.up(3, false, 9))).endsWith("0000000001000000");
    byte[] mac = {0, 0, 0x5e, 0, 1, 0x33};
    String address = "0a000100" + "00005e000133" + "0000";
    assertThat(HEX.formatHex(Link.up(3, mac, 9))).endsWith("0100000001000000" + address);
    assertThat(HEX.formatHex(Link.hardwareAddress(3, mac, 9)))
        .startsWith("2c0000001000050009000000")
        .endsWith("0000000000000000" + address);
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
  void aBatchThatRemovesTheTableMakesItFirst() {
    String table = "0b00 0100 7669706f707300 00";
    assertThat(HEX.formatHex(AcceptTable.remove(3)))
        .isEqualTo(
            HEX.formatHex(
                bytes(
                    "14000000 1000 0100 03000000 00000000 0000000a" // begin, of nftables
                        + "20000000 000a 0504 03000000 00000000 01000000" // NEWTABLE inet
                        + table
                        + "20000000 020a 0100 03000000 00000000 01000000" // DELTABLE inet
                        + table
                        + "14000000 1100 0100 03000000 00000000 0000000a"))); // end
  }

  @Test
  void tryingATableOutIsTheSameWithoutTheEnd() throws Exception {
    List<AcceptTable.Dropped> dropped =
        List.of(
            new AcceptTable.Dropped(ip("10.0.0.50"), null),
            new AcceptTable.Dropped(ip("fe80::50"), "eth0"));
    byte[] whole = AcceptTable.put(dropped, 3);
    String hex = HEX.formatHex(AcceptTable.tryOut(dropped, 3));
    assertThat(HEX.formatHex(whole))
        .isEqualTo(hex + "1400000011000100" + "03000000" + "00000000" + "0000000a");
    // A list of one element: its key, its value.
    assertThat(hex).contains("14000380" + "10000180" + "0c000180" + "080001000a000032");
    assertThat(hex).contains("1400010065746830" + "0".repeat(24)); // eth0 in 16 bytes
    assertThat(NetlinkMessage.parse(whole)).hasSize(14);
  }

  @Test
  void manyAddressesAreSplitSoThatEachListFitsAnAttribute() throws Exception {
    List<AcceptTable.Dropped> many = new ArrayList<>();
    for (int i = 0; i < 4001; i++) {
      byte[] address = ip("fd00::").getAddress();
      address[14] = (byte) (i >> 8);
      address[15] = (byte) i;
      many.add(new AcceptTable.Dropped(InetAddress.getByAddress(address), null));
    }
    List<NetlinkMessage> messages = NetlinkMessage.parse(AcceptTable.put(many, 3));
    assertThat(messages).filteredOn(it -> it.type() == 0xa0c).hasSize(3);
    assertThat(messages).filteredOn(it -> it.payload().length > 0xffff).isEmpty();
  }

  @Test
  void aChangeOfTheTableIsToldFromOthers() {
    String message = "20000000 %s 0000 00000000 2a000000 %s000000 0b00 0100 %s 00";
    assertThat(concerned(message.formatted("020a", "01", "7669706f707300"))).isTrue();
    assertThat(concerned(message.formatted("070a", "01", "7669706f707300"))).isTrue();
    assertThat(concerned(message.formatted("020a", "01", "7669706f707400"))).isFalse();
    assertThat(concerned(message.formatted("020a", "02", "7669706f707300"))).isFalse(); // ip
    assertThat(concerned(message.formatted("0f0a", "01", "7669706f707300"))).isFalse(); // NEWGEN
    assertThat(concerned(message.formatted("0209", "01", "7669706f707300"))).isFalse();
  }

  private static boolean concerned(String hex) {
    return AcceptTable.concerns(NetlinkMessage.parse(bytes(hex)).get(0));
  }

  @Test
  void randomBytesNeverThrow() throws Exception {
    Random random = new Random(1);
    InetAddress address = ip("10.0.0.50");
    int[] types = {2, 3, 16, 17, 20, 21, 0xa00, 0xa02};
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(120)];
      random.nextBytes(bytes);
      if (bytes.length >= 20) {
        // Half plausible: a right length, a known type, families and small attribute lengths.
        bytes[0] = (byte) (random.nextBoolean() ? bytes.length : random.nextInt(130));
        bytes[1] = bytes[2] = bytes[3] = 0;
        int type = types[random.nextInt(types.length)];
        bytes[4] = (byte) type;
        bytes[5] = (byte) (type >> 8);
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
        AcceptTable.concerns(message);
      }
    }
  }
}
