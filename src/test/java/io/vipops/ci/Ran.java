package io.vipops.ci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a command ended, and what it said on both streams. */
record Ran(int code, String output) {
  /** The launcher that the build made, as a user has it installed. */
  static final Path VIPOPS = Path.of("target/vipops/bin/vipops").toAbsolutePath();

  /** A search path on which that launcher is the first vipops. */
  static final String PATH_WITH_VIPOPS = VIPOPS.getParent() + ":" + System.getenv("PATH");

  /** Runs it to its end, whatever that is; {@code environment} adds to ours. */
  static Ran in(Path folder, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    // Java itself would look a program up on our search path, not on the one it is given.
    List<String> looked = new ArrayList<>(List.of("env"));
    looked.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(looked).directory(folder.toFile()).redirectErrorStream(true);
    Map<String, String> all = builder.environment();
    all.keySet().removeIf(name -> name.startsWith("GIT_") || name.startsWith("GITHUB_"));
    all.put("PATH", PATH_WITH_VIPOPS);
    all.put("JAVA_HOME", System.getProperty("java.home"));
    all.put("GIT_CONFIG_GLOBAL", "/dev/null");
    all.put("GIT_CONFIG_NOSYSTEM", "1");
    for (String who : List.of("AUTHOR", "COMMITTER")) {
      all.put("GIT_" + who + "_NAME", "Ada");
      all.put("GIT_" + who + "_EMAIL", "ada@example.com");
    }
    all.putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), output);
  }

  /** The output of a command that has to succeed. */
  static String well(Path folder, String... command) throws IOException, InterruptedException {
    Ran ran = in(folder, Map.of(), List.of(command));
    if (ran.code != 0) {
      throw new IOException(String.join(" ", command) + " exited with " + ran);
    }
    return ran.output;
  }
}
