package io.vipops.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.spec.Probe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptProbeTest {
  private static final Duration PLENTY = Duration.ofSeconds(20);

  @TempDir Path folder;

  private static Result run(Duration timeout, String user, String... command) {
    return ScriptProbe.run(new Probe.Script(List.of(command), user), timeout);
  }

  @Test
  void exit0PassesAndAnyOtherFails() {
    assertThat(run(PLENTY, null, "/bin/true").ok()).isTrue();
    Result result = run(PLENTY, null, "/bin/sh", "-c", "exit 3");
    assertThat(result.ok()).isFalse();
    assertThat(result.text()).startsWith("exit 3 in ");
  }

  @Test
  void argumentsReachTheCommandAsTheyAre() {
    assertThat(run(PLENTY, null, "/usr/bin/test", "a b;$x", "=", "a b;$x").ok()).isTrue();
  }

  @Test
  void whenMemoryRunsOutItIsLikeAnyOtherProcess() throws Exception {
    Path score = Path.of("/proc/self/oom_score_adj");
    String before = Files.readString(score);
    Path seen = folder.resolve("score");
    try {
      Files.writeString(score, "300");
      run(PLENTY, null, "/bin/sh", "-c", "cat /proc/self/oom_score_adj > " + seen);
    } finally {
      Files.writeString(score, before);
    }
    assertThat(seen).hasContent("0");
  }

  @Test
  void muchOutputBlocksNothing() {
    assertThat(run(PLENTY, null, "/bin/sh", "-c", "head -c 1000000 /dev/zero; exit 0").ok())
        .isTrue();
  }

  @Test
  void aMissingCommandSaysSo() {
    assertThat(run(PLENTY, null, "/no/such/check").text())
        .startsWith("exit 127 (is /no/such/check there and executable?)");
  }

  @Test
  void theTimeoutKillsTheWholeGroupAndIsAFailureEvenForOneThatTrapsAndExits0() throws Exception {
    Path pids = folder.resolve("pids");
    String script =
        "trap 'exit 0' TERM; sleep 600 & echo $$ $! > "
            + pids
            + ".new; mv "
            + pids
            + ".new "
            + pids
            + "; wait";
    Result result = run(Duration.ofSeconds(2), null, "/bin/sh", "-c", script);
    assertThat(result).isEqualTo(Result.failed("script /bin/sh: timeout after 2 s"));
    for (String pid : Files.readString(pids).strip().split(" ")) {
      Await.until("process " + pid + " ended", PLENTY, () -> !runs(pid));
    }
  }

  @Test
  @Tag("root")
  void itRunsAsItsUser() {
    assertThat(run(PLENTY, "nobody", "/bin/sh", "-c", "test $(id -un) = nobody").ok()).isTrue();
    assertThat(run(PLENTY, "no-such-user", "/bin/true"))
        .isEqualTo(Result.failed("script: no user no-such-user on this host"));
  }

  /** A killed orphan may stay a zombie for a moment, until init takes note. */
  private static boolean runs(String pid) throws Exception {
    Path status = Path.of("/proc", pid, "stat");
    try {
      return !Files.readString(status).contains(") Z ");
    } catch (java.io.IOException e) {
      return false;
    }
  }
}
