package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import io.vipops.lab.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user gets wrong, met by the running agent: one clear line, and the last good serves. */
@Tag("root")
class BadInputTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  private Cluster cluster;

  @BeforeEach
  void create() throws Exception {
    cluster = Cluster.create(folder);
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private String refusal(String spec) throws Exception {
    cluster.push("bad", spec);
    Cluster.Outcome outcome = cluster.vipops("lb01", "sync");
    assertThat(outcome.code()).as(outcome.output()).isEqualTo(1);
    assertThat(outcome.output()).doesNotContain("Exception").doesNotContain("\tat ");
    assertThat(cluster.vipops("lb01", "status").code()).isEqualTo(1);
    return outcome.output();
  }

  @Test
  void badCommitsAreRefusedWithTheirCauseAndTheLastGoodServes() throws Exception {
    String good = cluster.push("start", Specs.classic(1));
    cluster.startBoth(good);

    assertThat(refusal("version: 1\ncluster: [web\n")).contains("cluster.yaml:").contains("error");
    assertThat(refusal("")).contains("cluster.yaml");
    assertThat(refusal(Specs.classic(1).replace("preempt_delay", "preempt_dely")))
        .contains("cluster.yaml:11:")
        .contains("preempt_delay");
    assertThat(refusal(Specs.classic(1).replace("lb01", "lb09"))).contains("lb01").contains("lb09");
    assertThat(refusal("a: &a [x]\nb: [" + "*a, ".repeat(200) + "x]\n")).contains("alias");
    assertThat(refusal("x".repeat(5 << 20))).contains("4 MiB");
    assertThat(refusal(Specs.classic(1).replace("interface: eth0", "interface: eth7")))
        .contains("eth7");
    assertThat(
            refusal(
                Specs.classic(1)
                    .replace(
                        "  backend:\n",
                        "  backend:\n    balance: {hash: \"$no_such_variable\"}\n")))
        .contains("no_such_variable");

    assertThat(cluster.host("lb01").holds(Cluster.VIP)).isTrue();
    assertThat(cluster.status("lb01", "generation.commit")).isEqualTo(good);
    String mended = cluster.push("mended", Specs.classic(2));
    cluster.awaitProven(mended);
    Await.until("healthy", SOON, () -> cluster.vipops("lb01", "status").code() == 0);
  }

  @Test
  void anUnreachableRepositoryAndAMissingBranchAreSaidAndRecoverByThemselves() throws Exception {
    cluster.configure("lb01", cluster.url() + ".gone", "1s");
    cluster.startAgent("lb01");
    Await.until(
        "status names the URL",
        SOON,
        () -> cluster.vipops("lb01", "status").output().contains("lb.git.gone"));
    assertThat(cluster.vipops("lb01", "status").code()).isEqualTo(1);
    Files.createSymbolicLink(folder.resolve("lb.git.gone"), folder.resolve("lb.git"));
    Await.until(
        "status names the missing branch",
        SOON,
        () -> cluster.vipops("lb01", "status").output().contains("main"));
    String commit = cluster.push("start", Specs.classic(1));
    Await.until("applied", SOON, () -> cluster.proven("lb01", commit));
  }

  @Test
  void aBadAgentYamlEndsWith78AndOneLineEach() throws Exception {
    cluster.configure("lb01", cluster.url(), "1s");
    Path file = cluster.configOf("lb01");
    Files.writeString(file, Files.readString(file).replace("state_dir", "sate_dir") + "poll: 3\n");
    Running agent = cluster.startAgent("lb01");
    Await.until("it ends", SOON, () -> !agent.isAlive());
    assertThat(agent.exitCode()).isEqualTo(78);
    assertThat(agent.output())
        .contains("agent.yaml:4:1: error")
        .contains("did you mean state_dir")
        .contains("poll")
        .doesNotContain("Exception");
  }
}
