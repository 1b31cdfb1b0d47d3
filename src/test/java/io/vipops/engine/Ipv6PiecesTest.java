package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.netlink.InterfaceAddress;
import io.vipops.netlink.NetlinkMessage;
import io.vipops.spec.Prefix;
import io.vipops.vrrp.Advertisement;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.VirtualRouter;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the engine makes of a host's IPv6 addresses, without root or network. */
class Ipv6PiecesTest {
  private static final int ETH0 = 2;
  private static final int PERMANENT = 0x80;
  private static final int TENTATIVE = 0x40;
  private static final int DEPRECATED = 0x20;
  private static final int FAILED = 0x08;

  private final HostTable host = new HostTable();

  private static InetAddress ip(String text) throws Exception {
    return InetAddress.getByName(text);
  }

  /** The kernel's notification; flags above 255 fit in its attribute only. */
  private void heard(int type, int index, String address, int flags) throws Exception {
    byte[] payload =
        ByteBuffer.allocate(8 + 20 + 8)
            .order(ByteOrder.nativeOrder())
            .put((byte) 10)
            .put((byte) 64)
            .put((byte) flags)
            .put((byte) 0)
            .putInt(index)
            .putShort((short) 20)
            .putShort((short) 1)
            .put(ip(address).getAddress())
            .putShort((short) 8)
            .putShort((short) 8)
            .putInt(flags)
            .array();
    var unused = host.take(new NetlinkMessage(type, 0, 0, 0, payload));
  }

  private void has(String address, int flags) throws Exception {
    heard(InterfaceAddress.NEW, ETH0, address, flags);
  }

  @Test
  void advertsComeFromTheInterfacesOwnLinkLocalAddress() throws Exception {
    assertThat(host.linkLocal(ETH0, null, Set.of())).isNull();
    has("fd00::51", PERMANENT);
    heard(InterfaceAddress.NEW, 3, "fe80::1", PERMANENT);
    assertThat(host.linkLocal(ETH0, null, Set.of())).as("of another interface").isNull();
    has("fe80::5", PERMANENT);
    assertThat(host.linkLocal(ETH0, null, Set.of())).isEqualTo(ip("fe80::5"));
    heard(InterfaceAddress.DELETED, ETH0, "fe80::5", PERMANENT);
    assertThat(host.linkLocal(ETH0, null, Set.of())).isNull();
  }

  @Test
  void notWhileItIsTentativeNorWhenItFailedTheSearchForDuplicates() throws Exception {
    has("fe80::5", PERMANENT | TENTATIVE);
    assertThat(host.linkLocal(ETH0, null, Set.of())).isNull();
    assertThat(host.hasLinkLocal(ETH0, Set.of())).as("will have one").isTrue();
    has("fe80::5", PERMANENT | TENTATIVE | FAILED);
    assertThat(host.linkLocal(ETH0, null, Set.of())).isNull();
    has("fe80::5", PERMANENT | 0x100);
    assertThat(host.linkLocal(ETH0, null, Set.of())).isEqualTo(ip("fe80::5"));
  }

  @Test
  void neverFromAVirtualAddressWhoeverPutItThere() throws Exception {
    has("fe80::3", DEPRECATED);
    has("fe80::4", PERMANENT);
    assertThat(host.linkLocal(ETH0, null, Set.of(ip("fe80::4")))).isNull();
    assertThat(host.linkLocal(ETH0, ip("fe80::4"), Set.of(ip("fe80::4")))).isNull();
    assertThat(host.hasLinkLocal(ETH0, Set.of(ip("fe80::3"), ip("fe80::4")))).isFalse();
  }

  @Test
  void ofSeveralTheLowestButThePresentOneIsKept() throws Exception {
    has("fe80::9", PERMANENT);
    has("fe80::5", PERMANENT);
    has("fe80::ffff:0:0:1", PERMANENT);
    assertThat(host.linkLocal(ETH0, null, Set.of())).isEqualTo(ip("fe80::5"));
    assertThat(host.linkLocal(ETH0, ip("fe80::9"), Set.of())).isEqualTo(ip("fe80::9"));
    assertThat(host.linkLocal(ETH0, ip("fe80::8"), Set.of())).isEqualTo(ip("fe80::5"));
  }

  @Test
  void aPrefixIsSharedByTheHostsOwnAddressesNotByVirtualOnes() throws Exception {
    Prefix prefix = new Prefix(ip("fd00::50"), 64);
    has("fd00::50", PERMANENT);
    heard(InterfaceAddress.NEW, 3, "fd00::51", PERMANENT);
    assertThat(host.hasOneIn(prefix, ETH0, Set.of(prefix.address()))).isFalse();
    has("fd00::51", PERMANENT);
    assertThat(host.hasOneIn(prefix, ETH0, Set.of(prefix.address()))).isTrue();
  }

  private static Configured configured(String vips) throws Exception {
    Instance it = Node.instance(Map.of("address", "10.0.0.51", "vips", vips));
    return new Configured(it, it);
  }

  private static LiveRouter router(Configured configured) {
    Standing standing = new Standing(100, false, false, true, false, "");
    VirtualRouter router = new VirtualRouter(configured.run(), standing);
    Port port = new Port(Port.Key.of(configured.run()), Set::of);
    return new LiveRouter(configured, standing, router, null, port);
  }

  private static Advertisement advert(String first) throws Exception {
    return new Advertisement(3, 51, 100, Duration.ofSeconds(1), List.of(ip(first)));
  }

  @Test
  void aLinkLocalAddressIsAskedForWhereTheOwnListHasOne() throws Exception {
    assertThat(router(configured("fe80::50/64,fd00::50/64")).needsLinkLocal()).isTrue();
    assertThat(router(configured("fd00::50/64,fe80::50/64")).needsLinkLocal()).isTrue();
    assertThat(router(configured("fd00::50/64")).needsLinkLocal()).isFalse();
  }

  @Test
  void oneThatIsAddedLaterIsAskedForOnceAnAdvertHadIt() throws Exception {
    LiveRouter it = router(configured("fd00::50/64"));
    it.heard(advert("fd00::50"));
    it.configured(configured("fe80::50/64,fd00::50/64"));
    assertThat(it.needsLinkLocal()).as("the others do not have it yet").isFalse();
    it.heard(advert("fd00::50"));
    assertThat(it.needsLinkLocal()).isFalse();
    it.heard(advert("fe80::50"));
    assertThat(it.needsLinkLocal()).isTrue();
    it.configured(configured("fe80::51/64,fd00::50/64"));
    assertThat(it.needsLinkLocal()).isTrue();
  }

  @Test
  void everyReasonToDiscardIsCountedFrom0() throws Exception {
    Map<String, Long> discarded = router(configured("10.0.0.50/24")).status(host).discarded();
    assertThat(discarded.keySet())
        .containsExactlyInAnyOrder(
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
            "addresses",
            "overflow");
    assertThat(discarded.values()).containsOnly(0L);
  }

  @Test
  void theTwoFamiliesOfAVirtualRouterIdAreTwoRouters() throws Exception {
    Instance four = configured("10.0.0.50/24").run();
    Instance six = configured("fd00::50/64").run();
    assertThat(four.identity()).isNotEqualTo(six.identity());
    assertThat(six.identity()).hasToString("eth0 vrid 51 v3 IPv6");
    assertThat(Port.Key.of(four)).isNotEqualTo(Port.Key.of(six));
  }

  @Test
  void version2OverIpv6IsRefusedInWords() throws Exception {
    Instance it =
        Node.instance(Map.of("address", "10.0.0.51", "vips", "fd00::50/64", "version", "2"));
    assertThatThrownBy(() -> HostCheck.requireSendable(new Configured(it, it)))
        .hasMessage("instance web: version 2 knows no IPv6");
    assertThat(HostCheck.requireSendable(configured("fd00::50/64")).run().isIpv6()).isTrue();
  }
}
