package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.lab.Await;
import io.vipops.lab.Command;
import java.io.RandomAccessFile;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody pushes 200 MB. Each look is a process of its own with the worker's heap; the servers are
 * the real {@code git daemon}, and a folder.
 */
@Tag("root") // for its size: too long for the quick tests
class LargeBlobTest {
  private static final int BLOB_BYTES = 200 << 20;
  private static final long BOUND_BYTES = 2 << 20;

  @TempDir private static Path dir;
  private static Origin origin;
  private static Process daemon;
  private static int port;
  private static String withBlob;
  private static String afterwards;

  @TempDir private Path mirrors;

  @BeforeAll
  static void pushABlob() throws Exception {
    origin = Origin.create(dir);
    origin.push("cluster.yaml", "n: 1\n");
    Path blob = origin.work().resolve("backup.bin");
    byte[] noise = new byte[1 << 20];
    new Random(1).nextBytes(noise);
    try (RandomAccessFile file = new RandomAccessFile(blob.toFile(), "rw")) {
      for (int n = 0; n < BLOB_BYTES / noise.length; n++) {
        noise[0]++;
        file.write(noise);
      }
    }
    origin.git("config", "core.compression", "0");
    origin.git("config", "core.bigFileThreshold", "1m");
    withBlob = origin.pushAll("a backup");
    Files.delete(blob);
    afterwards = origin.push("cluster.yaml", "n: 2\n");
    Files.writeString(origin.bare().resolve("git-daemon-export-ok"), "");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    daemon =
        new ProcessBuilder(
                "git",
                "daemon",
                "--reuseaddr",
                "--listen=127.0.0.1",
                "--port=" + port,
                "--base-path=" + dir,
                dir.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("daemon.log").toFile())
            .start();
    Await.until(
        "git daemon answers",
        Duration.ofSeconds(20),
        () -> {
          try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
            return socket.isConnected();
          } catch (java.io.IOException e) {
            return false;
          }
        });
  }

  @AfterAll
  static void end() throws Exception {
    if (daemon != null) {
      daemon.descendants().forEach(ProcessHandle::destroy);
      daemon.destroy();
      daemon.waitFor();
    }
  }

  private static void serverFilters(boolean filters) throws Exception {
    String bare = origin.bare().toString();
    Command.run("git", "-C", bare, "config", "uploadpack.allowFilter", filters + "");
    Command.run("git", "-C", bare, "update-ref", "refs/heads/main", afterwards);
  }

  private static String daemonUrl() {
    return "git://127.0.0.1:" + port + "/origin.git";
  }

  /** What a process with the worker's heap says: a line per look, the last is its exit code. */
  private String look(String url, String path) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                Looker.class.getName(),
                mirrors.resolve("repo").toString(),
                url,
                path)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return said + "exit " + process.waitFor() + "\n";
  }

  /** One look at the branch, as a worker takes it. */
  static final class Looker {
    private Looker() {}

    public static void main(String[] arguments) throws Exception {
      try (Mirror mirror = Mirror.open(Path.of(arguments[0]), MirrorTest.source(arguments[1]))) {
        Commit commit = mirror.fetch(mirror.head());
        byte[] spec = mirror.read(commit, arguments[2]).get(0).bytes();
        System.out.println("read " + new String(spec, StandardCharsets.UTF_8).strip());
      } catch (GitFailure e) {
        System.out.println((e.commitsFault() ? "commit: " : "host: ") + e.line());
      }
    }
  }

  private long diskBytes() throws Exception {
    long sum = 0;
    try (Stream<Path> files = Files.walk(mirrors)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
    }
    System.out.println("mirror: " + sum + " bytes");
    assertThat(sum).as("bytes on disk").isLessThan(BOUND_BYTES);
    return sum;
  }

  @Test
  void aServerThatFiltersLeavesItOutAndLaterCommitsAreTaken() throws Exception {
    serverFilters(true);
    for (String url : new String[] {daemonUrl(), origin.url()}) {
      assertThat(look(url, "cluster.yaml")).isEqualTo("read n: 2\nexit 0\n");
      diskBytes();
      String next = origin.push("cluster.yaml", "n: 3\n");
      assertThat(look(url, "cluster.yaml")).as(next).isEqualTo("read n: 3\nexit 0\n");
      diskBytes();
      serverFilters(true);
      origin.git("reset", "-q", "--hard", afterwards);
      Command.run("rm", "-r", mirrors.resolve("repo").toString());
    }
  }

  @Test
  void whatWasLeftOutIsOverTheLimitWhenItIsTheSpec() throws Exception {
    serverFilters(true);
    Command.run("git", "-C", origin.bare().toString(), "update-ref", "refs/heads/main", withBlob);
    assertThat(look(daemonUrl(), "backup.bin"))
        .isEqualTo(
            "commit: commit "
                + withBlob.substring(0, 7)
                + ": backup.bin is too large: a spec has at most 4 MiB\nexit 0\n");
    assertThat(look(daemonUrl(), "cluster.yaml")).as("the rest is there").contains("read n: 1");
  }

  @Test
  void aServerThatCannotFilterIsCutOffAndTheLineSaysWhatToDo() throws Exception {
    for (String url : new String[] {daemonUrl(), origin.url()}) {
      serverFilters(false);
      assertThat(look(url, "cluster.yaml"))
          .endsWith(
              "commit: fetch "
                  + url
                  + ": commit "
                  + afterwards.substring(0, 7)
                  + " brings an object of more than 8 MiB: this server cannot leave large files"
                  + " out: git config uploadpack.allowFilter true there, then vipops retry; or"
                  + " take it out of the history\nexit 0\n");
      diskBytes();
      serverFilters(true);
      assertThat(look(url, "cluster.yaml")).as("once it can").contains("read n: 2");
      diskBytes();
      Command.run("rm", "-r", mirrors.resolve("repo").toString());
    }
  }

  @Test
  void manyFilesTogetherAreCutOffToo() throws Exception {
    Path folder = Files.createDirectory(mirrors.resolve("many"));
    Origin many = Origin.create(folder);
    many.git("config", "core.compression", "0");
    Command.run("git", "-C", many.bare().toString(), "config", "core.compression", "0");
    Command.run("git", "-C", many.bare().toString(), "config", "pack.window", "0");
    byte[] noise = new byte[7 << 20];
    Random random = new Random(2);
    for (int n = 0; n < 10; n++) {
      random.nextBytes(noise);
      Files.write(many.work().resolve("part" + n), noise);
    }
    String head = many.pushAll("70 MiB");
    try (Mirror mirror = Mirror.open(dir.resolve("one"), MirrorTest.source(many.url()))) {
      assertThatThrownBy(() -> mirror.fetch(head))
          .isInstanceOfSatisfying(GitFailure.class, e -> assertThat(e.unfetched()).isEqualTo(head))
          .hasMessageContaining("brings more than 64 MiB: this server cannot leave large files");
    }
  }
}
