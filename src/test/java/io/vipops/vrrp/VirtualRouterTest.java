package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the stories in {@code replay} cannot say. */
class VirtualRouterTest {
  private final InstanceFixture fixture = new InstanceFixture("lb01").peer("lb02", 90);
  private final Standing whole = new Standing(100, false, false, true, false, "all checks pass");
  private final VirtualRouter router = new VirtualRouter(fixture.instance(), whole);

  @Test
  void refusesAConfigurationOfAnotherVirtualRouter() {
    assertThatThrownBy(
            () -> router.onInstance(fixture.virtualRouterId(52).instance(), router.standing(), 0))
        .hasMessage("eth0 vrid 51 v3 cannot become eth0 vrid 52 v3");
    assertThat(router.instance().virtualRouterId()).isEqualTo(51);
  }

  @Test
  void namesTheActiveItFollowsUntilThatResigns() {
    router.onStart(0);
    assertThat(router.activePeer()).isNull();
    router.onAdvertisement(advert(90), InstanceFixture.address("lb02"), 1, 1);
    assertThat(router.activePeer()).isEqualTo(InstanceFixture.address("lb02"));
    router.onAdvertisement(advert(0), InstanceFixture.address("lb02"), 2, 2);
    assertThat(router.activePeer()).isNull();
  }

  @Test
  void namesAnotherActiveUntilItIsSilentAndCountsHowOftenOneCame() {
    router.onStart(0);
    long nowNs = router.nextDeadlineNs();
    router.onTimer(nowNs);
    assertThat(router.rival(nowNs)).isNull();
    for (int i = 0; i < 3; i++) {
      router.onAdvertisement(advert(90), InstanceFixture.address("lb02"), nowNs + i, nowNs + i);
    }
    assertThat(router.rival(nowNs)).isEqualTo(InstanceFixture.address("lb02"));
    assertThat(router.contests()).isEqualTo(1);
    nowNs += 10_000_000_000L;
    assertThat(router.rival(nowNs)).isNull();
    router.onTimer(nowNs);
    router.onAdvertisement(advert(90), InstanceFixture.address("lb02"), nowNs, nowNs);
    assertThat(router.contests()).isEqualTo(2);
    router.onStop("stopping", nowNs);
    assertThat(router.rival(nowNs)).isNull();
  }

  @Test
  void startsOnce() {
    router.onStart(0);
    assertThat(router.onStart(1)).isEmpty();
  }

  @Test
  void startsAgainAfterAStop() {
    router.onStart(0);
    router.onStop("stopping", 1);
    router.onStart(2);
    assertThat(router.state()).isEqualTo(State.BACKUP);
  }

  @Test
  void worksOnAClockThatIsBelowZero() {
    long startNs = Long.MIN_VALUE / 2;
    router.onStart(startNs);
    long downNs = router.nextDeadlineNs();
    assertThat(downNs - startNs).isEqualTo(3_609_375_000L);
    router.onTimer(downNs);
    assertThat(router.state()).isEqualTo(State.ACTIVE);
    assertThat(router.nextDeadlineNs() - downNs).isBetween(1L, 1_000_000_000L);
    assertThat(router.nextDeadlineNs() % 1_000_000_000L).as("a whole interval").isZero();
  }

  private Advertisement advert(int priority) {
    return new Advertisement(
        3, 51, priority, fixture.advertInterval, List.of(InstanceFixture.address("10.0.0.50")));
  }
}
