package io.vipops.vrrp;

import static io.vipops.vrrp.InstanceFixture.any;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Where adverts come from link-local addresses that no spec names: whose they are, and who wins.
 */
class Ipv6RouterTest {
  private static final long MS = 1_000_000L;
  private static final InetAddress OWN = any("fe80::5");
  private static final InetAddress LOWER = any("fe80::4");
  private static final InetAddress HIGHER = any("fe80::6");

  private long nowMs;

  private static InstanceFixture fixture(int priority) {
    InstanceFixture fixture = new InstanceFixture("lb02").priority(priority);
    fixture.virtualAddresses("fe80::50/64", "2001:db8::50/64");
    fixture.preempt = false;
    return fixture;
  }

  private VirtualRouter router(InstanceFixture fixture) {
    Instance instance = fixture.instance();
    VirtualRouter router =
        new VirtualRouter(
            instance, new Standing(instance.priority(), false, false, true, false, ""));
    router.onSource(OWN);
    router.onStart(0);
    return router;
  }

  private State after(VirtualRouter router, InetAddress source, int... priorities) {
    for (int priority : priorities) {
      nowMs += 1000;
      Advertisement advert =
          new Advertisement(3, 51, priority, Duration.ofSeconds(1), List.of(any("fe80::50")));
      router.onAdvertisement(advert, source, nowMs * MS, nowMs * MS);
      if (router.nextDeadlineNs() <= nowMs * MS) {
        router.onTimer(nowMs * MS);
      }
    }
    return router.state();
  }

  private void becomeActive(VirtualRouter router) {
    nowMs += 10_000;
    router.onTimer(nowMs * MS);
    assertThat(router.state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void theHigherLinkLocalAddressWinsATie() {
    VirtualRouter router = router(fixture(100));
    becomeActive(router);
    assertThat(after(router, LOWER, 100)).isEqualTo(State.ACTIVE);
    assertThat(after(router, HIGHER, 100)).isEqualTo(State.BACKUP);
  }

  @Test
  void itsOwnAdvertIsNobodyElses() {
    VirtualRouter router = router(fixture(100));
    becomeActive(router);
    assertThat(after(router, OWN, 254)).isEqualTo(State.ACTIVE);
    router.onSource(any("fe80::7"));
    assertThat(after(router, OWN, 254)).as("the address of before").isEqualTo(State.BACKUP);
  }

  @Test
  void theOnlyPeerIsKnownWhateverItsAddress() {
    VirtualRouter router = router(fixture(90).peer("lb01", 100));
    assertThat(after(router, HIGHER, 70)).as("70 of 100").isEqualTo(State.ACTIVE);
  }

  @Test
  void theOnlyPeerAtItsBasePriorityIsNotDegraded() {
    VirtualRouter router = router(fixture(90).peer("lb01", 80));
    assertThat(after(router, HIGHER, 80)).isEqualTo(State.BACKUP);
  }

  @Test
  void amongSeveralAPeerIsKnownOnceItSaidItsBasePriority() {
    VirtualRouter router = router(fixture(90).peer("lb01", 100).peer("lb03", 80));
    assertThat(after(router, HIGHER, 70)).as("whose 70?").isEqualTo(State.BACKUP);
    assertThat(after(router, HIGHER, 100, 70)).as("70 of 100").isEqualTo(State.ACTIVE);
  }

  @Test
  void aPeerThatCameDownToAnothersPriorityIsStillItself() {
    VirtualRouter router = router(fixture(90).peer("lb01", 100).peer("lb03", 80));
    assertThat(after(router, HIGHER, 100, 80)).as("80 of 100").isEqualTo(State.ACTIVE);
  }

  @Test
  void oneThatOnlyEverSaidItsBasePriorityIsNotTakenForAnother() {
    VirtualRouter router = router(fixture(90).peer("lb01", 100).peer("lb03", 80));
    assertThat(after(router, HIGHER, 100)).isEqualTo(State.BACKUP);
    assertThat(after(router, LOWER, 80, 80)).isEqualTo(State.BACKUP);
  }

  @Test
  void aFloodOfForgedSourcesOnlyMakesItLearnAnew() {
    VirtualRouter router = router(fixture(90).peer("lb01", 100).peer("lb03", 80));
    List<State> states = new ArrayList<>();
    for (int i = 1; i < 1000; i++) {
      states.add(after(router, any("fe80::1:" + Integer.toHexString(i)), 100));
    }
    assertThat(states).containsOnly(State.BACKUP);
    nowMs += 60_000; // so many Actives one after the other looked like moves
    assertThat(after(router, HIGHER, 100, 70)).as("70 of 100").isEqualTo(State.ACTIVE);
  }
}
