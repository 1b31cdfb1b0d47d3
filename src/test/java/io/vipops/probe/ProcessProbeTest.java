package io.vipops.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Lab;
import io.vipops.lab.Running;
import io.vipops.spec.Probe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessProbeTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path folder;

  /** A copy of sleep under a name that nothing else on this machine has. */
  private Path program(String start) throws Exception {
    String name = start + Integer.toString(ThreadLocalRandom.current().nextInt(1 << 30), 36);
    Path copy = Files.copy(Path.of("/bin/sleep").toRealPath(), folder.resolve(name));
    return Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Result ask(Path program) {
    return ProcessProbe.run(new Probe.Process(program.getFileName().toString()));
  }

  @Test
  void aRunningProcessIsFoundAndAnEndedOneIsNot() throws Exception {
    Path program = program("p");
    Process process = new ProcessBuilder(program.toString(), "600").start();
    try {
      Await.until("found", SOON, () -> ask(program).ok());
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(ask(program)).isEqualTo(Result.failed("no process " + program.getFileName()));
  }

  @Test
  void aNameOfMoreThan15CharactersIsFoundByItsFirst15() throws Exception {
    Path program = program("a-rather-long-name-");
    Process process = new ProcessBuilder(program.toString(), "600").start();
    try {
      Await.until("found", SOON, () -> ask(program).ok());
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void aZombieIsNoProcess() throws Exception {
    Path program = program("z");
    // The shell becomes a program that never waits for its child.
    Process parent =
        new ProcessBuilder("/bin/sh", "-c", program + " 0 & exec /bin/sleep 600").start();
    try {
      Path children = Path.of("/proc/" + parent.pid() + "/task/" + parent.pid() + "/children");
      Await.until(
          "a zombie",
          SOON,
          () -> {
            String child = Files.readString(children).strip();
            return !child.isEmpty()
                && Files.readString(Path.of("/proc", child, "stat")).contains(") Z ");
          });
      assertThat(ask(program).ok()).isFalse();
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  @Test
  @Tag("root")
  void aProcessOfAnotherNetworkNamespaceDoesNotCount() throws Exception {
    Path program = program("n");
    try (Lab lab = Lab.create()) {
      Running other = lab.host("a", "10.0.0.1/24").start(program.toString(), "600");
      Path comm = Path.of("/proc/" + other.pid() + "/comm");
      Await.until(
          "started",
          SOON,
          () -> Files.readString(comm).strip().equals(program.getFileName().toString()));
      assertThat(ask(program).ok()).isFalse();
    }
  }
}
