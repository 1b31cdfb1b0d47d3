package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * One row of the matrix: us on host a, another implementation on host b, a listener on host c. Who
 * is Active is judged by the adverts that c hears and by the addresses of both hosts.
 */
final class InteropRow implements AutoCloseable {
  final VrrpPeer.Setting setting;
  final Pair pair;
  final VrrpPeer peer;
  final HeardAdverts heard;
  private final List<String> done = new ArrayList<>();
  private Running us;

  /** The peer is alone and Active. */
  InteropRow(VrrpPeer.Setting setting, Path folder) throws Exception {
    this.setting = setting;
    pair = setting.ipv6() ? new Pair().withIpv6() : new Pair();
    try {
      LabHost listener = pair.lab.host("c", "10.0.0.53/24");
      String source = setting.ipv6() ? pair.a.linkLocal() : "10.0.0.51";
      heard =
          new HeardAdverts(
              listener,
              folder.resolve("heard.pcap"),
              setting.ipv6(),
              InetAddress.getByName(source).getAddress());
      peer = new VrrpPeer(pair.b, folder, setting);
      becomesActive("it starts alone", false);
    } catch (Exception | AssertionError e) {
      pair.close();
      throw e;
    }
  }

  /** Starts us; returns once we take part. */
  void startUs(int priority, String... more) throws Exception {
    List<String> settings = new ArrayList<>();
    settings.add("version=" + setting.version());
    settings.add("priority=" + priority);
    settings.add("interval_ms=" + setting.intervalMs());
    settings.add("preempt=" + setting.preempt());
    settings.add("vips=" + setting.vip() + (setting.ipv6() ? "/64" : "/24"));
    if (setting.version() == 2 && setting.kind() == VrrpPeer.Kind.KEEPALIVED) {
      settings.add("password=s3cret");
    }
    settings.addAll(List.of(more));
    us = pair.node(pair.a, settings.toArray(String[]::new));
    Pair.awaitOutput(us, "applied");
  }

  Running us() {
    return us;
  }

  /** The newest three adverts are of one side, and its host alone has the address. */
  void becomesActive(String after, boolean ours) throws Exception {
    Duration took = await(after, () -> newest(3, ours));
    holdsAlone(after, ours);
    done.add(after + ": " + name(ours) + " Active, seen after " + took.toMillis() + " ms");
  }

  /** The peer is killed, and so cannot resign: we take over. */
  void losesThePeer() throws Exception {
    long resigned = resignations();
    peer.kill();
    becomesActive("it is killed", true);
    assertThat(resignations()).as("resigned, so it was not killed").isEqualTo(resigned);
  }

  private long resignations() throws Exception {
    return heard.all().stream().filter(it -> !it.ours() && it.priority() == 0).count();
  }

  /**
   * Neither gives way. The addresses show it, not the adverts: every one that keepalived 2.2.7
   * discards puts its own next one off.
   */
  void bothStayActive() throws Exception {
    String vip = setting.vip();
    await("both Active", () -> pair.a.holds(vip) && peer.holds());
    long before = sentByUs();
    await("five adverts of ours", () -> sentByUs() >= before + 5);
    assertThat(pair.a.holds(vip) && peer.holds()).as("both still Active").isTrue();
  }

  private long sentByUs() throws Exception {
    return heard.all().stream().filter(HeardAdverts.Heard::ours).count();
  }

  /** Of the adverts to come, more than a Backup waits for, each is of the side that is Active. */
  void staysActive(String after, boolean ours) throws Exception {
    int before = heard.all().size();
    await(after, () -> heard.all().size() >= before + 5);
    assertThat(heard.all().subList(before, before + 5)).as(after).allMatch(it -> it.ours() == ours);
    holdsAlone(after, ours);
    done.add(after + ": " + name(ours) + " stays Active");
  }

  /** A killed router leaves its address behind: nobody is there to take it off. */
  private void holdsAlone(String after, boolean ours) throws Exception {
    String vip = setting.vip();
    await(after + ", addresses", () -> pair.a.holds(vip) == ours && (ours || peer.holds()));
    if (ours && peer.isAlive()) {
      await(after + ", the peer's address", () -> !peer.holds());
    }
  }

  /** Over the whole row: every checksum is right in its form, and never were two Active. */
  void passes() throws Exception {
    HeardAdverts.Form form =
        setting.version() == 2 ? HeardAdverts.Form.MESSAGE : HeardAdverts.Form.PSEUDO_HEADER;
    assertThat(heard.forms(true)).isEqualTo(Set.of(form));
    assertThat(heard.forms(false)).isEqualTo(Set.of(form));
    long bothUs = heard.longestBothUs(setting.intervalMs() * 1000L);
    assertThat(bothUs).as("both Active, µs").isLessThanOrEqualTo(setting.intervalMs() * 1000L);
    print("both Active for " + bothUs / 1000 + " ms at most; checksums " + form);
  }

  void print(String result) throws Exception {
    System.out.println(
        "interop "
            + setting
            + ", version "
            + peer.version()
            + ": "
            + String.join("; ", done)
            + "; "
            + result);
  }

  private boolean newest(int count, boolean ours) throws Exception {
    List<HeardAdverts.Heard> all = heard.all();
    return all.size() >= count
        && all.subList(all.size() - count, all.size()).stream()
            .allMatch(it -> it.ours() == ours && it.priority() > 0);
  }

  private Duration await(String what, Callable<Boolean> condition) throws Exception {
    try {
      return Await.until(setting + ": " + what, Pair.SOON, condition);
    } catch (AssertionError e) {
      String ours = us == null ? "" : us.output();
      throw new AssertionError(
          e.getMessage() + "\n" + ours + "\n---\n" + peer.output() + "\n" + done, e);
    }
  }

  private static String name(boolean ours) {
    return ours ? "we" : "it";
  }

  @Override
  public void close() {
    pair.close();
  }
}
