package io.vipops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void theClassicExampleIsTheOneThatTheTestsAndTheDemoUse() throws IOException {
    String classic = Files.readString(Path.of("examples/classic/cluster.yaml"));
    assertThat(Files.readString(Path.of("README.md"))).contains("```yaml\n" + classic + "```");
  }

  @Test
  void bothCommandsAreThere() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    for (String command : new String[] {"examples/demo/run.sh", "src/test/run.sh"}) {
      assertThat(readme).contains(command);
      assertThat(Path.of(command)).isExecutable();
    }
  }
}
