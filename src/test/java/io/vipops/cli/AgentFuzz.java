package io.vipops.cli;

import java.nio.file.Path;

/** Any bytes as agent.yaml, read as every command that has {@code --config} reads it. */
public final class AgentFuzz {
  private static final Path FILE = FuzzRun.folder().resolve("agent.yaml");

  private AgentFuzz() {}

  /** Called by Jazzer. */
  public static void fuzzerTestOneInput(byte[] input) {
    Terminal terminal = FuzzRun.nowhere();
    FuzzRun.write(FILE, input);
    FuzzRun.within(() -> AgentConfigFile.read(FILE, terminal) == null);
  }
}
