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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a client gets from an Active with {@code accept: false} (RFC 9568 §6.4.3), on whose host a
 * server listens on port 8080 of every address. Adverts every 100 ms.
 */
@Tag("root")
class AcceptTest {
  private static final String VIP6 = "fd00::50";
  private static final String TABLE = "table inet vipops";

  private Pair pair;
  private LabHost host;
  private LabHost client;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair().withIpv6();
    host = pair.a;
    client = pair.lab.host("client", "10.0.0.9/24");
    client.enableIpv6();
    client.ip("addr", "add", "fd00::9/64", "dev", "eth0", "nodad");
    Await.until("link-local address", SOON, () -> !client.linkLocal().isEmpty());
    serve(host);
    Await.until("server", SOON, () -> connects("10.0.0.51") && connects("fd00::51"));
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  private static void serve(LabHost on) throws Exception {
    on.start("python3", "-m", "http.server", "8080", "--bind", "::");
  }

  private Running start(LabHost on, String... more) throws Exception {
    String[] settings = Arrays.copyOf(more, more.length + 1);
    settings[more.length] = "interval_ms=100";
    return pair.node(on, settings);
  }

  private static boolean succeeds(LabHost host, String command) throws Exception {
    return host.exec("sh", "-c", command + " >/dev/null 2>&1 && echo yes || echo no")
        .contains("yes");
  }

  private static boolean connects(LabHost from, String address) throws Exception {
    return succeeds(from, "timeout 1 bash -c 'exec 3<>/dev/tcp/" + address + "/8080'");
  }

  private boolean connects(String address) throws Exception {
    return connects(client, address);
  }

  private boolean pings(String address) throws Exception {
    return succeeds(client, "ping -qc1 -W1 " + address);
  }

  /** The MAC that the client has for an address; empty: nobody answered for it. */
  private String neighbour(String address) throws Exception {
    String line = client.ip("neigh", "show", "to", address, "dev", "eth0");
    return line.contains("lladdr") ? line.replaceFirst("(?s).*lladdr (\\S+).*", "$1") : "";
  }

  private static String mac(LabHost of) throws Exception {
    return of.exec("cat", "/sys/class/net/eth0/address").strip();
  }

  private static String tables(LabHost of) throws Exception {
    return of.exec("nft", "list", "ruleset");
  }

  @Test
  void theActiveTakesNothingOverIpv4ButAnswersArpAndForwards() throws Exception {
    host.exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.eth0.send_redirects=0");
    host.ip("addr", "add", "10.9.0.1/24", "dev", "eth0");
    LabHost server = pair.lab.host("server", "10.9.0.2/24");
    server.ip("route", "add", "default", "via", "10.9.0.1");
    client.ip("route", "add", "10.9.0.0/24", "via", VIP);
    Running node = start(host, "accept=false", "excluded=10.0.0.60/24");
    pair.awaitHolder(host, node);
    assertThat(pings(VIP)).isFalse();
    assertThat(neighbour(VIP)).isEqualTo(mac(host));
    assertThat(connects(VIP)).isFalse();
    assertThat(connects("10.0.0.60")).as("an excluded address").isFalse();
    assertThat(connects("10.0.0.51")).as("the node's own address").isTrue();
    assertThat(pings("10.0.0.51")).isTrue();
    assertThat(pings("10.9.0.2")).as("forwarded by way of the VIP").isTrue();
    assertThat(connects(host, VIP)).as("from the host itself").isTrue();

    node.tell("apply accept=true");
    Await.until("reachable", SOON, () -> connects(VIP) && pings(VIP) && connects("10.0.0.60"));
    assertThat(tables(host)).doesNotContain(TABLE);
    node.tell("apply accept=false");
    Await.until("applied", SOON, () -> node.output().split("applied", -1).length == 4);
    assertThat(connects(VIP)).isFalse();
    assertThat(node.output()).doesNotContain("ACTIVE -> ").doesNotContain("somebody else");

    node.signal("TERM");
    Await.until("stopped", SOON, () -> !node.isAlive());
    assertThat(tables(host)).doesNotContain(TABLE);
  }

  @Test
  void theActiveTakesNothingOverIpv6ButAnswersNeighborSolicitations() throws Exception {
    Running node = start(host, "accept=false", "vips=fe80::50/64,fd00::50/64");
    pair.awaitHolder(VIP6, host, node);
    assertThat(pings(VIP6)).isFalse();
    assertThat(neighbour(VIP6)).isEqualTo(mac(host));
    assertThat(pings("fe80::50%eth0")).isFalse();
    assertThat(neighbour("fe80::50")).isEqualTo(mac(host));
    assertThat(connects(VIP6)).isFalse();
    assertThat(connects("fe80::50%eth0")).isFalse();
    assertThat(connects("fd00::51")).as("the node's own address").isTrue();
    // Asked again by unicast, to the address itself, as a client does before its entry is old.
    client.ip("neigh", "change", VIP6, "lladdr", mac(host), "dev", "eth0", "nud", "probe");
    Await.until(
        "confirmed", SOON, () -> client.ip("neigh", "show", "to", VIP6).contains("REACHABLE"));

    node.tell("apply accept=true");
    Await.until("reachable", SOON, () -> connects(VIP6) && connects("fe80::50%eth0"));
    assertThat(node.output()).doesNotContain("ACTIVE -> ");
  }

  @Test
  void anOwnerTakesWhatIsSentToIt() throws Exception {
    Running node = start(host, "accept=false", "priority=255", "vips=10.0.0.51/24", "lease=0");
    awaitOutput(node, "-> ACTIVE");
    assertThat(connects("10.0.0.51")).isTrue();
    assertThat(tables(host)).doesNotContain(TABLE);
  }

  @Test
  void anotherNodeThatTakesOverTakesNothingEither() throws Exception {
    Running a = start(host, "accept=false", "priority=200");
    pair.awaitHolder(host, a);
    serve(pair.b);
    Running b = start(pair.b, "accept=false", "priority=90");
    awaitOutput(b, "applied");
    a.signal("TERM");
    pair.awaitHolder(pair.b, a, b);
    Await.until("another MAC", SOON, () -> !pings(VIP) && neighbour(VIP).equals(mac(pair.b)));
    Await.until("server", SOON, () -> connects("10.0.0.52"));
    assertThat(connects(VIP)).isFalse();
  }

  @Test
  void aTableThatAFirewallTakesAwayIsPutBack() throws Exception {
    Running node = start(host, "accept=false");
    pair.awaitHolder(host, node);
    String before = tables(host);
    host.exec("nft", "flush", "ruleset");
    awaitOutput(node, "nftables table inet vipops was changed by somebody else and is restored");
    assertThat(tables(host)).isEqualTo(before).contains(VIP);
    assertThat(connects(VIP)).isFalse();
    host.exec("nft", "delete", "element", "inet", "vipops", "ipv4", "{", VIP, "}");
    Await.until("restored", SOON, () -> tables(host).equals(before));
    assertThat(node.output().split("somebody else", -1)).as("told once a minute").hasSize(2);
  }

  @Test
  void aTableThatASavedRulesetBringsBackIsRemovedOnceNobodyWantsIt(@TempDir Path folder)
      throws Exception {
    Running node = start(host, "accept=false");
    pair.awaitHolder(host, node);
    Path saved = folder.resolve("nftables.conf");
    Files.writeString(saved, tables(host));
    node.tell("apply accept=true");
    Await.until("removed", SOON, () -> tables(host).isEmpty());
    host.exec("nft", "-f", saved.toString());
    Await.until("removed again", SOON, () -> tables(host).isEmpty());
    assertThat(connects(VIP)).isTrue();
  }

  @Test
  void theTableOfAKilledAgentStaysUntilTheNextOneKnowsBetter() throws Exception {
    Running killed = start(host, "accept=false", "lease=60");
    pair.awaitHolder(host, killed);
    host.exec("nft", "add", "table", "inet", "mine");
    String before = tables(host);
    killed.kill();
    assertThat(tables(host)).isEqualTo(before);
    assertThat(connects(VIP)).as("what its lease left here").isFalse();
    Running again = start(host, "accept=false");
    pair.awaitHolder(host, again);
    awaitOutput(again, "applied");
    assertThat(tables(host).split(TABLE, -1)).hasSize(2);
    assertThat(connects(VIP)).isFalse();
    again.kill();
    Running accepting = start(host);
    Await.until("reachable", SOON, () -> connects(VIP));
    assertThat(tables(host)).doesNotContain(TABLE).contains("table inet mine");
    assertThat(accepting.output()).doesNotContain("refused");
  }

  @Test
  void whereTheKernelRefusesItNothingIsTakenIntoForce() throws Exception {
    // A table that belongs to a program that runs; as refused as by a kernel without nftables.
    host.start("sh", "-c", "(echo 'add table inet vipops { flags owner; }'; sleep 60) | nft -i");
    Await.until("theirs", SOON, () -> tables(host).contains(TABLE));
    Running node = start(host, "accept=false");
    String why = "instance web: accept: false needs nftables, which this host has not or does not";
    awaitOutput(node, "dry run: " + why + " allow: nftables table inet vipops: operation not");
    awaitOutput(node, "refused: " + why);
    assertThat(node.output()).doesNotContain("applied").doesNotContain("->");
    assertThat(host.holds(VIP)).isFalse();
    node.tell("apply accept=true");
    pair.awaitHolder(host, node);
  }

  @Test
  void theTableIsWhatItIsSaidToBe() throws Exception {
    Running node = start(host, "accept=false", "vips=fe80::50/64,fd00::50/64");
    pair.awaitHolder(VIP6, host, node);
    assertThat(tables(host).lines().map(String::strip).filter(it -> !it.isEmpty()))
        .containsExactly(
            "table inet vipops {",
            "set ipv4 {",
            "type ipv4_addr",
            "}",
            "set ipv6 {",
            "type ipv6_addr",
            "elements = { fd00::50 }",
            "}",
            "chain input {",
            "type filter hook input priority filter; policy accept;",
            "iif \"lo\" accept",
            "icmpv6 type 135-136 accept",
            "ip daddr @ipv4 drop",
            "ip6 daddr @ipv6 drop",
            "iifname \"eth0\" ip6 daddr fe80::50 drop",
            "}",
            "}");
  }
}
