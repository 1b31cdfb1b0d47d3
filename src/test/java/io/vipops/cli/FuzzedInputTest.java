package io.vipops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.engine.AdvertFuzz;
import io.vipops.netlink.NetlinkFuzz;
import io.vipops.vrrp.NeighborFuzz;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs that once made a fuzz target fail; src/test/fuzz.sh finds them and leaves them here. */
class FuzzedInputTest {
  private static final Path KEPT = Path.of("src/test/resources/fuzz");

  static List<Path> specs() throws IOException {
    return files("spec");
  }

  static List<Path> folders() throws IOException {
    return files("folder");
  }

  static List<Path> agents() throws IOException {
    return files("agent");
  }

  static List<Path> adverts() throws IOException {
    return files("advert");
  }

  static List<Path> netlinkAnswers() throws IOException {
    return files("netlink");
  }

  static List<Path> neighbors() throws IOException {
    return files("neighbor");
  }

  private static List<Path> files(String target) throws IOException {
    try (Stream<Path> files = Files.list(KEPT.resolve(target))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void asASpec(Path file) throws IOException {
    SpecFuzz.fuzzerTestOneInput(Files.readAllBytes(file));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void asAFolder(Path file) throws IOException {
    FolderFuzz.fuzzerTestOneInput(Files.readAllBytes(file));
  }

  @ParameterizedTest
  @MethodSource("agents")
  void asAnAgentConfiguration(Path file) throws IOException {
    AgentFuzz.fuzzerTestOneInput(Files.readAllBytes(file));
  }

  @ParameterizedTest
  @MethodSource("adverts")
  void asAnAdvert(Path file) throws IOException {
    AdvertFuzz.fuzzerTestOneInput(Files.readAllBytes(file));
  }

  @ParameterizedTest
  @MethodSource("netlinkAnswers")
  void asWhatTheKernelAnswers(Path file) throws IOException {
    NetlinkFuzz.fuzzerTestOneInput(Files.readAllBytes(file));
  }

  @ParameterizedTest
  @MethodSource("neighbors")
  void asANeighborsClaim(Path file) throws IOException {
    NeighborFuzz.fuzzerTestOneInput(Files.readAllBytes(file));
  }

  @Test
  void everyTargetTakesWhatIsValid() throws IOException {
    byte[] spec = Files.readAllBytes(Path.of("examples/classic/cluster.yaml"));
    List<Consumer<byte[]>> targets =
        List.of(
            SpecFuzz::fuzzerTestOneInput,
            FolderFuzz::fuzzerTestOneInput,
            AgentFuzz::fuzzerTestOneInput);
    targets.forEach(target -> target.accept(spec));
  }

  @Test
  void aRunThatIsSlowOrEndsOtherwiseIsAFailure() {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    assertThatThrownBy(() -> FuzzRun.verdict(() -> 3)).hasMessageContaining("exit code");
    assertThatThrownBy(
            () ->
                FuzzRun.within(
                    () -> {
                      long end = clock.getCurrentThreadCpuTime() + 2_100_000_000L;
                      while (clock.getCurrentThreadCpuTime() < end) {
                        Thread.onSpinWait();
                      }
                      return true;
                    }))
        .hasMessage("took more than 2 s");
    assertThat(FuzzRun.within(() -> 7)).isEqualTo(7);
  }
}
