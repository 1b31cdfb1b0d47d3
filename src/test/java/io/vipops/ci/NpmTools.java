package io.vipops.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The packages of src/test/npm, as src/test/npm/install.sh installs them. */
final class NpmTools {
  private static final Path MODULES = Path.of("src/test/npm/node_modules").toAbsolutePath();

  private NpmTools() {}

  /** A search path whose first node, and whose tools, are those of the packages. */
  static String path() {
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    // Not by its link in .bin, which npm 9 does not make.
    Path node = MODULES.resolve("node-linux-" + (arm ? "arm64" : "x64")).resolve("bin");
    assertThat(node.resolve("node")).as("run src/test/npm/install.sh").isExecutable();
    return node + ":" + MODULES.resolve(".bin") + ":" + Ran.PATH_WITH_VIPOPS;
  }

  /** Runs a script of src/test/npm, or its tests after {@code --test}. */
  static Ran node(Map<String, String> environment, String... arguments) throws Exception {
    Map<String, String> all = new HashMap<>(environment);
    all.put("PATH", path());
    List<String> command = new ArrayList<>(List.of("node"));
    command.addAll(List.of(arguments));
    return Ran.in(Path.of("").toAbsolutePath(), all, command);
  }
}
