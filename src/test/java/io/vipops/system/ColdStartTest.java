package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Needs the packaged launcher, so it runs with the tests of real parts. */
@Tag("root")
class ColdStartTest {
  private static final int RUNS = 15;

  @Test
  void validateOfTheClassicSpecIsQuickFromCold() throws Exception {
    String launcher = Path.of("target/vipops/bin/vipops").toAbsolutePath().toString();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<Long> validateMs = new ArrayList<>();
    List<Long> javaMs = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      javaMs.add(timeMs(java, "-version"));
      validateMs.add(timeMs(launcher, "validate", "examples/classic/cluster.yaml"));
    }
    long validate = validateMs.stream().sorted().toList().get(RUNS / 2);
    long baseline = javaMs.stream().sorted().toList().get(RUNS / 2);
    System.out.printf(
        "validate: median %d ms (%s); java -version: median %d ms; ratio %.1f%n",
        validate, validateMs, baseline, (double) validate / baseline);
    assertThat(validate).isLessThanOrEqualTo(500);
    assertThat(validate).isLessThanOrEqualTo(8 * baseline);
  }

  private static long timeMs(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    long startNs = System.nanoTime();
    int code = builder.start().waitFor();
    assertThat(code).as(String.join(" ", command)).isZero();
    return (System.nanoTime() - startNs) / 1_000_000;
  }
}
