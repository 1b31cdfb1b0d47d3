package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;

/** Which link-local address two engines speak from, and which they advertise; every second. */
@Tag("root")
@Execution(CONCURRENT) // adverts every second: it waits more than it works
class Ipv6LinkLocalTest {
  private static final String VIP = "fd00::50";
  private static final String VIPS = "vips=fe80::50/64,fd00::50/64";

  private Pair pair;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair().withIpv6();
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  @Test
  void withoutALinkLocalAddressAmongTheVirtualOnesTheyUnderstandEachOtherToo() throws Exception {
    Running a = pair.node(pair.a, "priority=100", "vips=fd00::50/64");
    Running b = pair.node(pair.b, "priority=90", "vips=fd00::50/64");
    pair.awaitHolder(VIP, pair.a, a, b);
    awaitOutput(b, "applied");
    a.tell("apply effective=70");
    pair.awaitHolder(VIP, pair.b, a, b);
    a.tell("apply effective=100");
    pair.awaitHolder(VIP, pair.a, a, b);
    Await.until("b lets go", SOON, () -> !pair.b.holds(VIP));
    assertThat(a.output() + b.output()).doesNotContain("discarded");
  }

  @Test
  void addingALinkLocalAddressNodeByNodeMakesNoSecondActive() throws Exception {
    String fast = "interval_ms=100";
    Running a = pair.node(pair.a, "priority=100", "vips=fd00::50/64", fast);
    pair.awaitHolder(VIP, pair.a, a);
    Running b = pair.node(pair.b, "priority=90", "vips=fd00::50/64", fast);
    awaitOutput(b, "applied");
    b.tell("apply " + VIPS);
    awaitOutput(b, "advertises other virtual addresses than ours");
    a.tell("apply " + VIPS);
    awaitOutput(b, "advertises the same virtual addresses again");
    Await.until("on the interface", SOON, () -> pair.a.holds("fe80::50"));
    assertThat(b.output()).doesNotContain("ACTIVE").doesNotContain("discarded");
    // From now on it must be there (erratum 8300).
    a.tell("apply vips=fd00::50/64");
    awaitOutput(b, "are discarded: link_local");
  }

  @Test
  void bothFamiliesServeUnderOneVirtualRouterIdEachByItself() throws Exception {
    Running a6 = pair.node(pair.a, "priority=100", VIPS);
    Running b6 = pair.node(pair.b, "priority=90", VIPS);
    Running a4 = pair.node(pair.a, "priority=90");
    Running b4 = pair.node(pair.b, "priority=100");
    pair.awaitHolder(VIP, pair.a, a6, b6);
    pair.awaitHolder(pair.b, a4, b4);
    awaitOutput(a4, "applied");
    awaitOutput(b6, "applied");
    // The first to start may have held what the other is better for.
    Await.until("one each", SOON, () -> !pair.a.holds(Pair.VIP) && !pair.b.holds(VIP));
    assertThat(pair.a.holds(VIP)).isTrue();
    assertThat(pair.b.holds(Pair.VIP)).isTrue();
  }

  @Test
  void aTieGoesToTheHigherLinkLocalAddress() throws Exception {
    for (LabHost host : new LabHost[] {pair.a, pair.b}) {
      host.ip("addr", "del", host.linkLocal() + "/64", "dev", "eth0");
    }
    // Node b has the higher IPv4 address, node a the higher link-local one.
    pair.a.ip("addr", "add", "fe80::9/64", "dev", "eth0", "nodad");
    pair.b.ip("addr", "add", "fe80::8/64", "dev", "eth0", "nodad");
    pair.a.cutOff();
    Running a = pair.node(pair.a, "priority=100", VIPS);
    Running b = pair.node(pair.b, "priority=100", VIPS);
    pair.awaitHolder(VIP, pair.a, a, b);
    pair.awaitHolder(VIP, pair.b, a, b);
    pair.a.reconnect();
    awaitOutput(b, "ACTIVE -> BACKUP: fe80::9 advertised priority 100 like ours");
    assertThat(pair.a.holds(VIP)).isTrue();
  }

  @Test
  void aLostLinkLocalAddressIsAFaultAndAnotherOneServesFromThenOn() throws Exception {
    Running a = pair.node(pair.a, "priority=100", VIPS);
    Running b = pair.node(pair.b, "priority=90", VIPS);
    pair.awaitHolder(VIP, pair.a, a, b);
    awaitOutput(b, "applied");
    pair.a.ip("addr", "del", pair.a.linkLocal() + "/64", "dev", "eth0");
    awaitOutput(a, "ACTIVE -> FAULT: interface eth0 has no link-local IPv6 address to send from");
    pair.awaitHolder(VIP, pair.b, a, b);
    assertThat(pair.a.holds(VIP)).isFalse();
    pair.a.ip("addr", "add", "fe80::77/64", "dev", "eth0");
    pair.awaitHolder(VIP, pair.a, a, b);
    Await.until("b lets go", SOON, () -> !pair.b.holds(VIP));
    awaitOutput(b, "ACTIVE -> BACKUP: fe80::77 advertised priority 100, ours is 90");
  }

  @Test
  void aLostCableIsAFaultUntilTheLinkLocalAddressServesAgain() throws Exception {
    Running a = pair.node(pair.a, "priority=100", VIPS);
    pair.awaitHolder(VIP, pair.a, a);
    pair.a.unplug();
    awaitOutput(a, "ACTIVE -> FAULT: interface eth0 has no carrier");
    pair.a.plug();
    awaitOutput(a, "FAULT -> BACKUP");
    pair.awaitHolder(VIP, pair.a, a);
  }
}
