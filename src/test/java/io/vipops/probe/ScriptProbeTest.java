package io.vipops.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.spec.Probe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptProbeTest {
  private static final Duration PLENTY = Duration.ofSeconds(20);

  @TempDir Path folder;

  @BeforeEach
  void letTheScriptWriteThere() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

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
  void aScriptThatOthersCouldWriteIsNotRunAndNamed() throws Exception {
    Path script = folder.resolve("check");
    Files.writeString(script, "#!/bin/sh\ntouch " + folder + "/ran\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path home = folder.toRealPath();
    assertThat(run(PLENTY, null, script.toString()))
        .isEqualTo(
            Result.failed(
                "script %1$s is not run: %2$s can be written by others (mode 777): chmod go-w %2$s"
                    .formatted(script, home)));
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void itInheritsNoDescriptorAndNothingOfTheEnvironment() throws Exception {
    Path seen = folder.resolve("seen");
    try (var open = Files.newInputStream(Path.of("/proc/version"))) {
      run(PLENTY, null, "/bin/sh", "-c", "exec > " + seen + "; env; ls /proc/$$/fd");
      assertThat(open.read()).isPositive();
    }
    List<String> lines = Files.readAllLines(seen);
    assertThat(lines.stream().filter(it -> it.matches("[0-9]+")).toList())
        .containsExactly("0", "1", "2");
    assertThat(lines.stream().filter(it -> it.contains("=")).map(it -> it.replaceAll("=.*", "")))
        .as("and what a shell sets itself")
        .isSubsetOf("PATH", "LANG", "HOME", "PWD", "OLDPWD", "_");
  }

  @Test
  @Tag("root")
  void withoutAUserItIsAnUnprivilegedOneThatCanGetNothing() throws Exception {
    Path seen = folder.resolve("seen");
    run(PLENTY, null, "/bin/sh", "-c", "cat /proc/self/status > " + seen);
    Map<String, String> status =
        Files.readAllLines(seen).stream()
            .map(line -> line.split(":\\s*", 2))
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1].strip()));
    String id = Integer.toString(Objects.requireNonNull(ScriptUser.of(null)).become().id());
    assertThat(id).isNotEqualTo("0");
    assertThat(status.get("Uid").split("\\s+")).containsOnly(id);
    assertThat(status.get("Gid").split("\\s+")).doesNotContain("0");
    assertThat(status.get("Groups").split("\\s+")).doesNotContain("0");
    assertThat(status).containsEntry("NoNewPrivs", "1");
    for (String kind : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      assertThat(status).containsEntry(kind, "0000000000000000");
    }
  }

  @Test
  @Tag("root")
  void rootHasToBeNamed() {
    String isRoot = "test $(id -u) = 0";
    assertThat(run(PLENTY, "root", "/bin/sh", "-c", isRoot).ok()).isTrue();
    assertThat(run(PLENTY, null, "/bin/sh", "-c", isRoot).ok()).isFalse();
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
