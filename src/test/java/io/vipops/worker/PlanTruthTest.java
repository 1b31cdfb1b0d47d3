package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.cli.Vipops;
import io.vipops.git.TextDiff;
import io.vipops.plan.Impact;
import io.vipops.plan.NodePlan;
import io.vipops.plan.Plan;
import io.vipops.plan.Risk;
import io.vipops.plan.Side;
import io.vipops.spec.SpecReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what a plan says against what a node then does, with real Git and nginx. */
@Tag("root")
class PlanTruthTest {
  @TempDir private Path dir;
  private NodeUnderTest node;
  private String spec = "";

  @BeforeEach
  void putOneCommitInForce() throws Exception {
    node = new NodeUnderTest(dir);
    spec = node.spec(node.port, "10.0.0.101:80");
    node.push(spec);
    node.pass();
  }

  @AfterEach
  void end() throws Exception {
    node.close();
  }

  @Test
  void aCommentReloadsNothing() throws Exception {
    assertThat(taken("# a word\n" + spec).risk()).isEqualTo(Risk.NONE);
  }

  @Test
  void anUnusedUpstreamReloadsNothing() throws Exception {
    String unused = "upstreams:\n  spare: {servers: [10.0.0.111:80]}";
    assertThat(taken(spec.replace("upstreams:", unused)).risk()).isEqualTo(Risk.NONE);
  }

  @Test
  void theTimeToSettleAloneReloadsNothing() throws Exception {
    assertThat(taken(spec.replace("200ms", "300ms")).risk()).isEqualTo(Risk.NONE);
  }

  @Test
  void anotherServerReloadsOnce() throws Exception {
    assertThat(taken(node.spec(node.port, "10.0.0.102:80")).risk()).isEqualTo(Risk.RELOAD);
  }

  @Test
  void whatOnlyVrrpReadsReloadsOnceToo() throws Exception {
    String slower = spec.replace("priorities:", "advert_interval: 2s\n    priorities:");
    NodePlan plan = taken(slower);
    assertThat(plan.risk()).isEqualTo(Risk.RELOAD);
    assertThat(plan.diffs()).containsOnlyKeys("vrrp.yaml");
  }

  @Test
  void anotherPortOpensAndClosesTheSocketsOfThePlan() throws Exception {
    NodePlan plan = taken(node.spec(node.otherPort, "10.0.0.101:80"));
    assertThat(plan.risk()).isEqualTo(Risk.REBIND);
    assertThat(nginx(plan).details().get("opens")).isEqualTo(List.of("0.0.0.0:" + node.otherPort));
    assertThat(nginx(plan).details().get("closes")).isEqualTo(List.of("0.0.0.0:" + node.port));
    assertThat(isOpen(node.otherPort)).isTrue();
    assertThat(isOpen(node.port)).isFalse();
  }

  @Test
  void aNodeOnHoldTakesNothing() throws Exception {
    String held =
        node.spec(node.port, "10.0.0.102:80").replace("10.0.0.51,", "10.0.0.51, hold: true,");
    assertThat(taken(held).risk()).isEqualTo(Risk.NONE);
  }

  @Test
  void aNodeThatIsNoLongerInTheSpecKeepsWhatItRuns() throws Exception {
    String without =
        spec.replace("  lb01: {address: 10.0.0.51, interface: eth0}\n", "")
            .replace("lb01: 100, ", "");
    String before = node.answeredId();
    NodePlan plan = plan(spec, without);
    assertThat(plan.impacts().get(0).text()).contains("refuses this commit and keeps what it runs");

    node.push(without);
    assertThat(node.pass().kind()).isEqualTo(Outcome.Kind.REFUSED);
    assertThat(node.answeredId()).isEqualTo(before);
  }

  @Test
  void whatTheAgentHereRunsIsTheOldSide() throws Exception {
    Path config = agentYaml();
    Path next = Files.writeString(dir.resolve("next.yaml"), spec);
    assertThat(shown(0, next, config))
        .contains("against what lb01 runs, " + node.origin.head().substring(0, 7))
        .contains("no change: every node keeps its generation");

    Files.writeString(next, node.spec(node.port, "10.0.0.102:80"));
    assertThat(shown(2, next, config))
        .contains("backend +1 server (10.0.0.102), −1 server (10.0.0.101)")
        .doesNotContain("note:");
  }

  @Test
  void anAgentThatHasARefusedCommitBeforeItStillRunsTheOldOne() throws Exception {
    String good = node.origin.head();
    node.push(spec.replace("priorities", "prioritys"));
    node.pass();
    Path next = Files.writeString(dir.resolve("next.yaml"), spec);

    assertThat(shown(0, next, agentYaml())).contains("what lb01 runs, " + good.substring(0, 7));
  }

  @Test
  void anAgentThatHasAppliedNothingMakesEverythingNew() throws Exception {
    Path config = agentYaml();
    Files.writeString(config, Files.readString(config).replace("/state", "/none"));
    Path next = Files.writeString(dir.resolve("next.yaml"), spec);

    assertThat(shown(2, next, config)).contains("against nothing").contains("new node");
  }

  @Test
  void withoutTheMirrorThereIsNoPlan() throws Exception {
    Path mirror = node.config.stateDir().resolve("repo");
    Files.move(mirror, mirror.resolveSibling("away"));
    Path next = Files.writeString(dir.resolve("next.yaml"), spec);

    assertThat(shown(1, next, agentYaml())).isEmpty();
  }

  /** The plan for this node; it is pushed, and the node does what the plan says. */
  private NodePlan taken(String next) throws Exception {
    NodePlan plan = plan(spec, next);
    String before = node.answeredId();
    long reloads = node.inForce.reloads();
    node.push(next);
    Outcome outcome = node.pass();
    assertThat(node.inForce.reloads() - reloads).as(outcome.line()).isEqualTo(reloads(plan));
    boolean same = plan.risk() == Risk.NONE;
    assertThat(node.answeredId()).as(outcome.line()).isEqualTo(same ? before : plan.to());
    return plan;
  }

  private NodePlan plan(String before, String after) {
    Plan plan = Plan.between(side(before), side(after), TextDiff::unified);
    return plan.only("lb01").nodes().get(0);
  }

  private Side side(String yaml) {
    byte[] bytes = yaml.getBytes(StandardCharsets.UTF_8);
    SpecReader.Reading reading =
        SpecReader.read(List.of(new SpecReader.SourceFile("cluster.yaml", bytes)));
    if (reading.spec() == null) {
      throw new AssertionError(reading.problems().toString());
    }
    return Side.of(reading.spec(), Reconciler.hostOf(node.config));
  }

  private static long reloads(NodePlan plan) {
    return plan.impacts().stream()
        .filter(it -> it.kind() == Impact.Kind.NGINX)
        .mapToLong(it -> ((Number) it.details().get("reloads")).longValue())
        .sum();
  }

  private static Impact nginx(NodePlan plan) {
    return plan.impacts().stream()
        .filter(it -> it.kind() == Impact.Kind.NGINX)
        .findFirst()
        .orElseThrow();
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Path agentYaml() throws IOException {
    return Files.writeString(
        dir.resolve("agent.yaml"),
        """
        version: 1
        node: lb01
        source: {url: "%s"}
        state_dir: %s
        run_dir: %s
        nginx: {binary: %s, config: %s, pid: %s, service: "", endpoint: "127.0.0.1:%d", log_dir: %s}
        """
            .formatted(
                node.origin.url(),
                node.config.stateDir(),
                node.config.runDir(),
                node.config.nginx().binary(),
                node.config.nginx().config(),
                node.config.nginx().pid(),
                node.config.nginx().endpoint().getPort(),
                node.config.nginx().logDir()));
  }

  /** What the command prints on standard output. */
  private static String shown(int code, Path spec, Path config) {
    PrintStream usual = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      String[] arguments = {
        "plan", spec.toString(), "--config", config.toString(), "--detailed-exitcode"
      };
      assertThat(Vipops.execute(arguments)).isEqualTo(code);
    } finally {
      System.setOut(usual);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
