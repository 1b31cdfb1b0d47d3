package io.vipops.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class SystemdHostTest {
  @TempDir Path folder;

  @Test
  void machinesBootSideBySideAndRebootKeepsTheDiskOnly() throws Exception {
    Path tree = DebianTree.get();
    try (Lab lab = Lab.create()) {
      SystemdHost a = lab.machine("a", "10.0.0.1/24", tree, folder.resolve("a"));
      SystemdHost b = lab.machine("b", "10.0.0.2/24", tree, folder.resolve("b"));
      a.boot();
      b.boot();
      Duration up = a.awaitUp();
      b.awaitUp();
      System.out.printf("two machines up after %d ms%n", up.toMillis());
      a.exec("ping", "-qc1", "-W5", "10.0.0.2");
      assertThat(b.exec("hostname")).isEqualTo("b\n");
      assertThat(b.exec("systemctl", "is-active", "ssh")).isEqualTo("active\n");
      String boot = a.exec("cat", "/proc/sys/kernel/random/boot_id");
      String other = b.exec("systemctl", "show", "-P", "MainPID", "ssh");
      a.exec("touch", "/var/kept", "/run/lost");
      a.exec("ip", "addr", "add", "10.0.0.77/32", "dev", "eth0");

      a.reboot();
      a.awaitUp();
      assertThat(a.exec("ls", "/var/kept")).isNotEmpty();
      assertThat(a.attempt("ls", "/run/lost")).isEmpty();
      assertThat(a.network().holds("10.0.0.77")).isFalse();
      assertThat(a.exec("cat", "/proc/sys/kernel/random/boot_id")).isNotEqualTo(boot);
      assertThat(b.exec("systemctl", "show", "-P", "MainPID", "ssh")).isEqualTo(other);
      assertThat(b.exec("systemctl", "is-system-running")).isEqualTo("running\n");
      assertThat(tree.resolve("var/kept")).doesNotExist();
    }
    assertThat(Command.run("mount")).doesNotContain(folder.toString());
    assertThat(Command.run("ip", "netns", "list")).doesNotContain("-a\n");
    assertThat(Files.exists(folder.resolve("a/root/etc/hostname"))).isFalse();
  }

  @Test
  void aMachineWhosePlugIsPulledBootsAgain() throws Exception {
    try (Lab lab = Lab.create()) {
      SystemdHost a = lab.machine("a", "10.0.0.1/24", DebianTree.get(), folder.resolve("a"));
      a.boot();
      a.awaitUp();
      a.cutPower();
      assertThat(a.attempt("true")).isEmpty();
      a.boot();
      a.awaitUp();
      assertThat(a.exec("systemctl", "is-active", "ssh")).isEqualTo("active\n");
    }
  }
}
