package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.probe.Result;
import io.vipops.render.VrrpFile;
import io.vipops.spec.Check;
import io.vipops.spec.Prefix;
import io.vipops.spec.Probe;
import io.vipops.spec.Track;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** One instance of base priority 100 with one check of weight -30, 1 s between its runs. */
class StandingsTest {
  private static final long S = 1_000_000_000L;
  private static final Result PASS = new Result(true, "fine");
  private static final Result FAIL = new Result(false, "broken");

  private final Standings standings = new Standings(false);

  private static Inet4Address address(int last) {
    try {
      return (Inet4Address) InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Instance instance(List<Track> track) {
    return new Instance(
        "web",
        51,
        3,
        "eth0",
        address(51),
        100,
        null,
        null,
        List.of(),
        List.of(new VirtualAddress(new Prefix(address(50), 24), null)),
        Duration.ofSeconds(1),
        true,
        Duration.ZERO,
        Duration.ofSeconds(3),
        track);
  }

  private static Check check(String process) {
    return new Check(
        "nginx",
        List.of(new Probe.Process(process)),
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        2,
        2,
        -30);
  }

  private static VrrpFile file(boolean listeners, Check... checks) {
    List<Track> track = List.of(checks).stream().map(it -> new Track(it.name(), -30)).toList();
    return new VrrpFile("c", "lb01", false, listeners, List.of(instance(track)), List.of(checks));
  }

  private Standing at(long seconds) {
    return Objects.requireNonNull(standings.all(seconds * S).get("web"));
  }

  private void probe(Check check, long seconds, Result... results) {
    for (Result result : results) {
      boolean unused = standings.onProbe(check, result, seconds * S);
    }
  }

  @Test
  void aFirstFailureIsNoVerdictAndKeepsTheInstanceWaiting() {
    standings.take(file(false, check("nginx")), 0);
    probe(check("nginx"), 1, FAIL);
    assertThat(at(1).ready()).isFalse();
    probe(check("nginx"), 2, FAIL);
    assertThat(at(2).ready()).isTrue();
    assertThat(at(2).effectivePriority()).isEqualTo(70);
  }

  @Test
  void aFirstPassDecides() {
    standings.take(file(false, check("nginx")), 0);
    assertThat(at(0).ready()).isFalse();
    probe(check("nginx"), 1, PASS);
    assertThat(at(1).ready()).isTrue();
  }

  @Test
  void whereThereAreListenersNginxMustBeProvenToo() {
    standings.take(file(true), 0);
    assertThat(at(1).ready()).isFalse();
    standings.onNginxProven();
    assertThat(at(1).ready()).isTrue();
  }

  @Test
  void after30SecondsNothingIsWaitedFor() {
    standings.take(file(true, check("nginx")), 0);
    assertThat(at(29).ready()).isFalse();
    assertThat(at(31).ready()).isTrue();
    assertThat(at(31).effectivePriority()).as("it never answered").isEqualTo(70);
  }

  @Test
  void aCheckThatIsEditedWhileFailingFailsUntilTheNewOneHasDecided() {
    standings.take(file(false, check("nginx")), 0);
    probe(check("nginx"), 1, FAIL, FAIL);
    standings.take(file(false, check("haproxy")), 2 * S);
    assertThat(at(2).effectivePriority()).isEqualTo(70);
    probe(check("haproxy"), 3, PASS);
    assertThat(at(3).effectivePriority()).isEqualTo(70);
    probe(check("haproxy"), 4, PASS);
    assertThat(at(4).effectivePriority()).isEqualTo(100);
  }

  @Test
  void theLastWordOfTheOldDefinitionDoesNotCount() {
    standings.take(file(false, check("nginx")), 0);
    probe(check("nginx"), 1, FAIL, FAIL);
    standings.take(file(false, check("haproxy")), 2 * S);
    probe(check("nginx"), 3, PASS, PASS);
    assertThat(at(3).effectivePriority()).isEqualTo(70);
  }

  @Test
  void aRollbackBringsBackTheVerdictOfACheckThatTheCommitDropped() {
    standings.take(file(false, check("nginx")), 0);
    probe(check("nginx"), 1, FAIL, FAIL);
    standings.take(file(false), 2 * S);
    assertThat(at(2).effectivePriority()).isEqualTo(100);
    standings.take(file(false, check("nginx")), 3 * S);
    assertThat(at(3).effectivePriority()).isEqualTo(70);
  }

  @Test
  void aCheckThatGoesSilentFails() {
    standings.take(file(false, check("nginx")), 0);
    probe(check("nginx"), 1, PASS);
    assertThat(at(8).effectivePriority()).isEqualTo(100);
    assertThat(at(9).effectivePriority()).isEqualTo(70);
    assertThat(standings.failing(9 * S))
        .containsExactly("check nginx fails: no result for 8 s, before: fine");
    probe(check("nginx"), 10, PASS);
    assertThat(at(10).effectivePriority()).isEqualTo(100);
  }

  @Test
  void silenceWhileTheAgentItselfWasStoppedIsNoFailure() {
    standings.take(file(false, check("nginx")), 0);
    probe(check("nginx"), 1, PASS);
    standings.onStall(60 * S);
    assertThat(at(60).effectivePriority()).isEqualTo(100);
  }

  @Test
  void aDrainedNodeYields() {
    standings.take(file(false), 0);
    standings.onDrain(true);
    assertThat(at(1).yielding()).isTrue();
    standings.onDrain(false);
    assertThat(at(1).yielding()).isFalse();
  }
}
