package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.VIP;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses with the virtual router's MAC (RFC 9568 §7.3), VRID 51. Adverts every 100 ms. */
@Tag("root")
class VirtualMacTest {
  private static final String MAC = "00:00:5e:00:01:33";
  private static final String MAC6 = "00:00:5e:00:02:33";
  private static final String NAME = "vrrp.51";
  private static final String NAME6 = "vrrp6.51";
  private static final String VIP6 = "fd00::50";

  @TempDir Path folder;
  private Pair pair;
  private LabHost client;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair();
    client = pair.lab.host("client", "10.0.0.9/24");
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  private void withIpv6() throws Exception {
    pair.withIpv6();
    client.enableIpv6();
    client.ip("addr", "add", "fd00::9/64", "dev", "eth0", "nodad");
    Await.until("link-local address", SOON, () -> !client.linkLocal().isEmpty());
  }

  private Running start(LabHost on, String... more) throws Exception {
    String[] settings = Arrays.copyOf(more, more.length + 2);
    settings[more.length] = "interval_ms=100";
    settings[more.length + 1] = "virtual_mac=true";
    return pair.node(on, settings);
  }

  private static boolean succeeds(LabHost host, String command) throws Exception {
    return host.exec("sh", "-c", command + " >/dev/null 2>&1 && echo yes || echo no")
        .contains("yes");
  }

  private boolean pings(String address) throws Exception {
    return succeeds(client, "ping -qc1 -W1 " + address);
  }

  private String neighbour(String address) throws Exception {
    String line = client.ip("neigh", "show", "to", address, "dev", "eth0");
    return line.contains("lladdr") ? line.replaceFirst("(?s).*lladdr (\\S+).*", "$1") : "";
  }

  private static String mac(LabHost of) throws Exception {
    return of.exec("cat", "/sys/class/net/eth0/address").strip();
  }

  private static String link(LabHost of, String name) throws Exception {
    return succeeds(of, "ip link show " + name) ? of.ip("-d", "link", "show", name) : "";
  }

  private static boolean holds(LabHost host, String name, String vip) throws Exception {
    return !link(host, name).isEmpty()
        && host.ip("-o", "addr", "show", "dev", name).contains(" " + vip + "/");
  }

  private static void awaitHolder(LabHost host, String name, String vip, Running... explain)
      throws Exception {
    try {
      var unused = Await.until(vip + " on " + name, SOON, () -> holds(host, name, vip));
    } catch (AssertionError e) {
      StringBuilder message = new StringBuilder(e.getMessage());
      for (Running it : explain) {
        message.append("\n--- ").append(it.output());
      }
      throw new AssertionError(message.toString(), e);
    }
  }

  private static String macAt(byte[] frame, int at) {
    return HexFormat.ofDelimiter(":").formatHex(frame, at, at + 6);
  }

  private static String setting(LabHost of, String path) throws Exception {
    return of.exec("cat", "/proc/sys/net/" + path).strip();
  }

  @Test
  void aClientKeepsTheMacOverAFailover() throws Exception {
    Capture arp = new Capture(client, folder.resolve("arp.pcap"), "arp");
    Capture adverts = new Capture(client, folder.resolve("vrrp.pcap"), "ip proto 112");
    Running a = start(pair.a, "priority=200");
    awaitHolder(pair.a, NAME, VIP, a);
    Running b = start(pair.b, "priority=90");
    awaitOutput(b, "applied");
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(neighbour(VIP)).isEqualTo(MAC);
    client.ip("neigh", "flush", "to", "10.0.0.51");
    assertThat(pings("10.0.0.51")).isTrue();
    assertThat(neighbour("10.0.0.51")).isEqualTo(mac(pair.a));
    assertThat(pair.a.holds(VIP)).as("on eth0").isFalse();
    assertThat(pair.a.ip("addr", "show", "dev", NAME)).contains(VIP + "/32", "valid_lft 3sec");
    assertThat(link(pair.b, NAME)).as("a Backup's").contains("macvlan").contains("state DOWN");
    // What the Active itself asks must not tell the neighbours another MAC for the VIP.
    pair.a.ip("neigh", "flush", "all");
    assertThat(succeeds(pair.a, "ping -qc1 -W1 -I " + VIP + " 10.0.0.9")).isTrue();
    assertThat(neighbour(VIP)).isEqualTo(MAC);

    a.signal("TERM");
    awaitHolder(pair.b, NAME, VIP, a, b);
    Await.until("a is gone", SOON, () -> !a.isAlive());
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(neighbour(VIP)).isEqualTo(MAC);
    assertThat(link(pair.a, NAME)).isEmpty();

    // Both have an interface with that MAC now, and b must hear on eth0 what comes from it.
    Running again = start(pair.a, "priority=200");
    awaitHolder(pair.a, NAME, VIP, again, b);
    Await.until("b lets go", SOON, () -> !holds(pair.b, NAME, VIP));
    Await.until("off", SOON, () -> link(pair.b, NAME).contains("state DOWN"));
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(neighbour(VIP)).isEqualTo(MAC);
    awaitOutput(b, "ACTIVE -> BACKUP: 10.0.0.51");
    assertThat(adverts.frames())
        .hasSizeGreaterThan(3)
        .allMatch(it -> macAt(it, 6).equals(MAC), "from the virtual MAC");
    assertThat(arp.frames().stream().filter(it -> (it[31] & 0xff) == 50).toList())
        .as("who says that the VIP is theirs")
        .isNotEmpty()
        .anyMatch(it -> it[21] == 1, "a gratuitous one, which is a request")
        .allMatch(it -> macAt(it, 6).equals(MAC) && macAt(it, 22).equals(MAC));
    assertThat(arp.frames().stream().filter(it -> (it[31] & 0xff) == 51 && it[21] == 2).toList())
        .as("who says that the node's own address is theirs")
        .isNotEmpty()
        .noneMatch(it -> macAt(it, 22).equals(MAC));
    assertThat(b.output()).doesNotContain("discarded").doesNotContain("somebody else");
  }

  @Test
  void overIpv6Too() throws Exception {
    withIpv6();
    Capture adverts = new Capture(client, folder.resolve("vrrp.pcap"), "ip6 proto 112");
    String vips = "vips=fe80::50/64,fd00::50/64";
    Running a = start(pair.a, "priority=200", vips);
    awaitHolder(pair.a, NAME6, VIP6, a);
    Running b = start(pair.b, "priority=90", vips);
    awaitOutput(b, "applied");
    Await.until("reachable", SOON, () -> pings(VIP6) && pings("fe80::50%eth0"));
    assertThat(neighbour(VIP6)).isEqualTo(MAC6);
    assertThat(neighbour("fe80::50")).isEqualTo(MAC6);
    assertThat(pings("fd00::51")).isTrue();
    assertThat(neighbour("fd00::51")).isEqualTo(mac(pair.a));
    assertThat(pair.a.ip("-6", "-o", "addr", "show", "dev", NAME6).lines())
        .as("no address but ours")
        .hasSize(2)
        .anyMatch(it -> it.contains(" fd00::50/128 "), "the route stays eth0's")
        .anyMatch(it -> it.contains(" fe80::50/64 "), "of which eth0 has another");

    // The bridge hears on which port the MAC is: after the move, on none but b's.
    Capture old = new Capture(pair.b, folder.resolve("old.pcap"), "ether src " + MAC6);
    a.signal("TERM");
    awaitHolder(pair.b, NAME6, VIP6, a, b);
    Await.until("a is gone", SOON, () -> !a.isAlive());
    Await.until("reachable", SOON, () -> pings(VIP6) && pings("fe80::50%eth0"));
    byte[] last = old.frames().get(old.frames().size() - 1);
    assertThat(last[20]).as("the last that a sends, of VRRP").isEqualTo((byte) 112);
    assertThat(last[14 + 40 + 2]).as("its priority").isZero();
    assertThat(neighbour(VIP6)).isEqualTo(MAC6);
    assertThat(neighbour("fe80::50")).isEqualTo(MAC6);
    assertThat(adverts.frames())
        .hasSizeGreaterThan(3)
        .allMatch(it -> macAt(it, 6).equals(MAC6), "from the virtual MAC");
    assertThat(b.output()).doesNotContain("discarded");
  }

  @Test
  void whatAKilledEngineLeftIsTakenOverAndGoesAtTheEnd() throws Exception {
    assertThat(setting(pair.a, "ipv4/conf/eth0/arp_ignore")).isEqualTo("0");
    Running killed = start(pair.a);
    awaitHolder(pair.a, NAME, VIP, killed);
    assertThat(setting(pair.a, "ipv4/conf/eth0/arp_ignore")).isEqualTo("1");
    killed.kill();
    assertThat(link(pair.a, NAME)).contains("alias vipops");
    pair.a.ip("link", "set", NAME, "address", "02:00:00:00:00:01");
    Running next = start(pair.a);
    awaitHolder(pair.a, NAME, VIP, next);
    awaitOutput(next, "-> ACTIVE");
    Await.until("the MAC", SOON, () -> link(pair.a, NAME).contains(MAC));
    assertThat(pair.a.ip("-o", "link", "show", "type", "macvlan").lines()).hasSize(1);
    next.tell("apply vrid=52");
    awaitHolder(pair.a, "vrrp.52", VIP, next);
    Await.until("the old one is gone", SOON, () -> link(pair.a, NAME).isEmpty());
    next.signal("TERM");
    Await.until("stopped", SOON, () -> !next.isAlive());
    assertThat(pair.a.ip("-o", "link", "show", "type", "macvlan")).isEmpty();
    assertThat(pair.a.holds(VIP)).isFalse();
  }

  @Test
  void withAndWithoutAreTwoRoutersAndTheParentIsAsItWas() throws Exception {
    Running node = start(pair.a);
    awaitHolder(pair.a, NAME, VIP, node);
    assertThat(setting(pair.a, "ipv4/conf/eth0/arp_announce")).isEqualTo("2");
    awaitOutput(node, "-> ACTIVE");
    node.tell("apply virtual_mac=false");
    awaitOutput(node, "removed from the configuration");
    pair.awaitHolder(pair.a, node);
    Await.until("removed", SOON, () -> link(pair.a, NAME).isEmpty());
    Await.until("as it was", SOON, () -> setting(pair.a, "ipv4/conf/eth0/arp_ignore").equals("0"));
    assertThat(setting(pair.a, "ipv4/conf/eth0/arp_announce")).isEqualTo("0");
    node.tell("apply virtual_mac=true");
    awaitHolder(pair.a, NAME, VIP, node);
    Await.until("not on eth0", SOON, () -> !pair.a.holds(VIP));
    assertThat(pings(VIP)).isTrue();
    assertThat(neighbour(VIP)).isEqualTo(MAC);
  }

  @Test
  void anInterfaceOfSomebodyElseIsLeftAloneAndTheInstanceRefused() throws Exception {
    pair.a.ip("link", "add", NAME, "link", "eth0", "type", "macvlan", "mode", "private");
    String before = link(pair.a, NAME);
    Running node = start(pair.a);
    String why =
        "instance web: interface vrrp.51, which its virtual MAC needs, exists and is not of vipops";
    awaitOutput(node, "dry run: " + why);
    awaitOutput(node, "refused: " + why);
    assertThat(link(pair.a, NAME)).isEqualTo(before);
    assertThat(node.output()).doesNotContain("->");
    pair.a.ip("link", "del", NAME);
    node.tell("apply");
    awaitHolder(pair.a, NAME, VIP, node);
  }

  @Test
  void whateverSomebodyDoesToTheInterfaceItComesBack() throws Exception {
    Running node = start(pair.a);
    awaitHolder(pair.a, NAME, VIP, node);
    pair.a.ip("link", "set", NAME, "down");
    Await.until("up again", SOON, () -> link(pair.a, NAME).contains(",UP"));
    Await.until("reachable", SOON, () -> pings(VIP));
    pair.a.ip("link", "del", NAME);
    awaitHolder(pair.a, NAME, VIP, node);
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(neighbour(VIP)).isEqualTo(MAC);
    pair.a.replaceInterface("10.0.0.51/24");
    awaitHolder(pair.a, NAME, VIP, node);
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(setting(pair.a, "ipv4/conf/eth0/arp_ignore")).isEqualTo("1");
    assertThat(node.output()).doesNotContain("failure:");
  }

  @Test
  void strictReversePathFiltersAndForwardingDoNoHarm() throws Exception {
    pair.a.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.eth0.rp_filter=1");
    pair.a.exec("sysctl", "-qw", "net.ipv4.conf.eth0.forwarding=1");
    pair.a.ip("addr", "add", "10.9.0.1/24", "dev", "eth0");
    LabHost server = pair.lab.host("server", "10.9.0.2/24");
    server.ip("route", "add", "default", "via", "10.9.0.1");
    client.ip("route", "add", "10.9.0.0/24", "via", VIP);
    Running node = start(pair.a, "accept=false");
    awaitHolder(pair.a, NAME, VIP, node);
    Await.until("forwarded", SOON, () -> pings("10.9.0.2"));
    assertThat(pings(VIP)).as("accept: false").isFalse();
    assertThat(neighbour(VIP)).isEqualTo(MAC);
    node.tell("apply accept=true");
    Await.until("reachable", SOON, () -> pings(VIP));
  }

  @Test
  void keepalivedWithTheSameMacAndWeTakeTurns() throws Exception {
    // keepalived 2.2.7 leaves it to its user that the host asks in its own name.
    pair.b.exec("sysctl", "-qw", "net.ipv4.conf.eth0.arp_announce=2");
    Running keepalived = keepalived(pair.b);
    awaitHolder(pair.b, NAME, VIP, keepalived);
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(neighbour(VIP)).isEqualTo(MAC);
    Running us = start(pair.a, "priority=200");
    awaitHolder(pair.a, NAME, VIP, us, keepalived);
    Await.until("b lets go", SOON, () -> !holds(pair.b, NAME, VIP));
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(neighbour(VIP)).isEqualTo(MAC);
    us.signal("TERM");
    awaitHolder(pair.b, NAME, VIP, us, keepalived);
    Await.until("a is gone", SOON, () -> !us.isAlive());
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(neighbour(VIP)).isEqualTo(MAC);
    assertThat(us.output()).doesNotContain("discarded").doesNotContain("two Actives");
  }

  @Test
  void frrWithTheSameMacAndWeTakeTurns() throws Exception {
    // FRR leaves its address where it is, without carrier, and this to its user.
    pair.b.exec("sysctl", "-qw", "net.ipv4.conf.eth0.arp_ignore=1");
    Capture adverts = new Capture(client, folder.resolve("vrrp.pcap"), "ip proto 112");
    VrrpPeer frr =
        new VrrpPeer(
            pair.b, folder, new VrrpPeer.Setting(VrrpPeer.Kind.FRR, 3, false, true, 90, 100));
    Await.until("FRR is Active", SOON, frr::holds);
    Running us = start(pair.a, "priority=200");
    awaitHolder(pair.a, NAME, VIP, us);
    Await.until("FRR lets go", SOON, () -> !frr.holds());
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(neighbour(VIP)).isEqualTo(MAC);
    Await.until(
        "adverts", SOON, () -> adverts.frames().stream().filter(it -> it[29] == 51).count() > 5);
    us.signal("TERM");
    Await.until("FRR again", SOON, frr::holds);
    Await.until("we are gone", SOON, () -> !us.isAlive());
    Await.until("reachable", SOON, () -> pings(VIP));
    assertThat(us.output()).doesNotContain("discarded");
    List<byte[]> frames = adverts.frames();
    int first = 0;
    while (frames.get(first)[29] != 51) {
      first++;
    }
    int last = first;
    while (frames.get(last)[14 + 20 + 2] != 0) {
      last++;
    }
    assertThat(frames.subList(first, last))
        .hasSizeGreaterThan(5)
        .filteredOn(it -> it[29] != 51)
        .as("adverts of FRR's that crossed ours")
        .hasSizeLessThan(2);
  }

  private Running keepalived(LabHost host) throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("keepalived.conf"),
            """
            vrrp_instance web {
              version 3
              interface eth0
              virtual_router_id 51
              use_vmac
              priority 90
              advert_int 0.1
              virtual_ipaddress {
                10.0.0.50/24
              }
            }
            """);
    String pid = folder.resolve("keepalived").toString();
    return host.start(
        "keepalived", "-nlDP", "-f", config.toString(), "-p", pid, "-r", pid + "-vrrp");
  }
}
