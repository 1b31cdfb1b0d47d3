package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.lab.Await;
import io.vipops.lab.Command;
import io.vipops.spec.AgentConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real sshd with keys of its own. */
@Tag("root")
class SshMirrorTest {
  @TempDir private Path dir;
  private Origin origin;
  private Process sshd;
  private int port;

  @BeforeEach
  void startServer() throws Exception {
    origin = Origin.create(dir);
    keyPair("host");
    keyPair("deploy");
    Files.copy(dir.resolve("deploy.pub"), dir.resolve("authorized"));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.writeString(
        dir.resolve("sshd_config"),
        """
        Port %d
        ListenAddress 127.0.0.1
        HostKey %s
        AuthorizedKeysFile %s
        PidFile none
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        SetEnv HOME=%s
        """
            .formatted(port, dir.resolve("host"), dir.resolve("authorized"), dir));
    startSshd();
    knowHost("host");
  }

  private void startSshd() throws Exception {
    Files.createDirectories(Path.of("/run/sshd"));
    sshd =
        new ProcessBuilder(
                "/usr/sbin/sshd", "-D", "-e", "-f", dir.resolve("sshd_config").toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("sshd.log").toFile())
            .start();
    Await.until("sshd listens", Duration.ofSeconds(10), this::listens);
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private void stopSshd() throws Exception {
    sshd.descendants().forEach(ProcessHandle::destroyForcibly);
    sshd.destroyForcibly();
    assertThat(sshd.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @AfterEach
  void stopServer() throws Exception {
    stopSshd();
  }

  private void keyPair(String name) throws Exception {
    Command.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", dir.resolve(name).toString());
  }

  private void knowHost(String key) throws Exception {
    Files.writeString(
        dir.resolve("known_hosts"),
        "[127.0.0.1]:" + port + " " + Files.readString(dir.resolve(key + ".pub")));
  }

  private Mirror mirror() throws GitFailure {
    AgentConfig.Ssh ssh = new AgentConfig.Ssh(dir.resolve("deploy"), dir.resolve("known_hosts"));
    String user = System.getProperty("user.name");
    return Mirror.open(
        dir.resolve("repo"),
        new AgentConfig.Source(
            "ssh://" + user + "@127.0.0.1:" + port + origin.bare(),
            "main",
            "cluster.yaml",
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            ssh,
            null,
            null));
  }

  private long logins() throws Exception {
    try (var lines = Files.lines(dir.resolve("sshd.log"))) {
      return lines.filter(line -> line.startsWith("Accepted publickey")).count();
    }
  }

  @Test
  void fetchesWithOneSessionForManyPolls() throws Exception {
    try (Mirror mirror = mirror()) {
      for (int n = 0; n < 3; n++) {
        String sha = origin.push("cluster.yaml", "n: " + n);
        assertThat(mirror.head()).isEqualTo(sha);
        assertThat(mirror.read(mirror.fetch(sha), "cluster.yaml")).hasSize(1);
      }
    }
    assertThat(logins()).isEqualTo(1);
  }

  @Test
  void opensANewSessionWhenTheServerWasRestarted() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    try (Mirror mirror = mirror()) {
      assertThat(mirror.head()).isEqualTo(sha);
      stopSshd();
      startSshd();
      assertThat(mirror.head()).isEqualTo(sha);
    }
  }

  @Test
  void refusesAnUnknownHostKeyAndNamesIt() throws Exception {
    origin.push("cluster.yaml", "1");
    Files.writeString(dir.resolve("known_hosts"), "");
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining("host key of")
          .hasMessageContaining("is unknown; it offers ssh-ed25519 SHA256:")
          .hasMessageContaining(dir.resolve("known_hosts").toString());
      knowHost("host");
      assertThat(mirror.head()).as("a new pin needs no restart").hasSize(40);
    }
    assertThat(logins()).isEqualTo(1);
  }

  @Test
  void refusesAnotherHostKeyThanTheKnownOne() throws Exception {
    origin.push("cluster.yaml", "1");
    knowHost("deploy");
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining("does not match " + dir.resolve("known_hosts"));
    }
    assertThat(logins()).isZero();
  }

  @Test
  void trustsNoListOfHostKeysThatOthersCanWrite() throws Exception {
    origin.push("cluster.yaml", "1");
    Path known = dir.resolve("known_hosts");
    knowHost("host");
    Files.setPosixFilePermissions(known, PosixFilePermissions.fromString("rw-rw-rw-"));
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head)
          .hasMessageEndingWith(
              "known_hosts " + known + " can be written by others (rw-rw-rw-): chmod o-w " + known);
      Files.setPosixFilePermissions(known, PosixFilePermissions.fromString("rw-r--r--"));
      assertThat(mirror.head()).hasSize(40);
    }
  }

  private String line(String marker, String host, String key) throws Exception {
    return marker + host + " " + Files.readString(dir.resolve(key + ".pub")).strip();
  }

  private void know(String... lines) throws Exception {
    Files.write(dir.resolve("known_hosts"), List.of(lines));
  }

  private String here() {
    return "[127.0.0.1]:" + port;
  }

  @Test
  void acceptsTheOldAndTheNewKeyWhileTheServersIsReplaced() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    keyPair("next");
    know(line("", here(), "host"), line("", here(), "next"));
    byte[] pins = Files.readAllBytes(dir.resolve("known_hosts"));
    try (Mirror mirror = mirror()) {
      assertThat(mirror.head()).isEqualTo(sha);
      stopSshd();
      Path config = dir.resolve("sshd_config");
      Files.writeString(
          config,
          Files.readString(config)
              .replace("HostKey " + dir.resolve("host"), "HostKey " + dir.resolve("next")));
      startSshd();
      assertThat(mirror.head()).isEqualTo(sha);
      assertThat(dir.resolve("known_hosts")).hasBinaryContent(pins);
      know(line("", here(), "host"));
      assertThatThrownBy(mirror::head)
          .as("the session that was opened with the pin that is gone")
          .hasMessageContaining("does not match " + dir.resolve("known_hosts"))
          .hasMessageContaining("verify the new one and put it there");
    }
  }

  @Test
  void refusesARevokedKeyAlsoOnASessionThatIsOpen() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    try (Mirror mirror = mirror()) {
      assertThat(mirror.head()).isEqualTo(sha);
      know(line("", here(), "host"), line("@revoked ", "*", "host"));
      assertThatThrownBy(mirror::head).hasMessageContaining("is marked @revoked in");
    }
  }

  @Test
  void saysThatAnAuthorityForHostKeysIsNotSupported() throws Exception {
    origin.push("cluster.yaml", "1");
    know(line("@cert-authority ", here(), "host"));
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining("@cert-authority is not supported: verify it and add it to");
    }
    assertThat(logins()).isZero();
  }

  @Test
  void findsHashedNamesAndReadsAroundBrokenLines() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    know("# a comment", "broken", here() + " ssh-future AAAA", line("", here(), "host"));
    String file = dir.resolve("known_hosts").toString();
    try (Mirror mirror = mirror()) {
      assertThat(mirror.head()).isEqualTo(sha);
      know(line("", here(), "host"));
      Command.run("ssh-keygen", "-q", "-H", "-f", file);
      assertThat(Files.readString(dir.resolve("known_hosts"))).startsWith("|1|");
      assertThat(mirror.head()).isEqualTo(sha);
    }
  }

  @Test
  void aPinWithoutThePortIsForPort22Only() throws Exception {
    origin.push("cluster.yaml", "1");
    know(line("", "127.0.0.1", "host"));
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head).hasMessageContaining("is unknown; it offers ssh-ed25519");
    }
  }

  @Test
  void saysWhatIsWrongWithTheFiles() throws Exception {
    Path key = dir.resolve("deploy");
    Path known = dir.resolve("known_hosts");
    String good = Files.readString(key);
    try (Mirror mirror = mirror()) {
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
      assertThatThrownBy(mirror::head).hasMessageEndingWith("chmod 600 " + key);
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
      Files.writeString(key, Files.readString(dir.resolve("deploy.pub")));
      assertThatThrownBy(mirror::head).hasMessageContaining(key + " is a public key");
      Files.writeString(key, good);
      Command.run("ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", key.toString());
      assertThatThrownBy(mirror::head).hasMessageContaining(key + " is encrypted");
      Files.delete(known);
      assertThatThrownBy(mirror::head)
          .hasMessageEndingWith(
              "known_hosts "
                  + known
                  + " does not exist: put the server's host key there (ssh-keyscan prints it)");
    }
    assertThat(known).doesNotExist();
    assertThat(logins()).isZero();
  }

  @Test
  void saysThatTheServerRefusesTheKey() throws Exception {
    origin.push("cluster.yaml", "1");
    Files.writeString(dir.resolve("authorized"), "");
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining("the server refuses the key " + dir.resolve("deploy"));
    }
  }

  @Test
  void saysWhichFileIsMissing() throws Exception {
    Files.delete(dir.resolve("deploy"));
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining(dir.resolve("deploy") + " does not exist");
    }
  }

  @Test
  void saysThatTheRepositoryIsMissing() throws Exception {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
    Files.move(origin.bare(), dir.resolve("away"));
    try (Mirror mirror = mirror()) {
      assertThatThrownBy(mirror::head).hasMessageContaining("no repository there");
    }
  }
}
