package io.vipops.cli;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Any bytes as agent.yaml, read as every command that has {@code --config} reads it. */
public final class AgentFuzz {
  private static final Path FILE = FuzzRun.folder().resolve("agent.yaml");

  private AgentFuzz() {}

  /** Called by Jazzer. */
  public static void fuzzerTestOneInput(byte[] input) {
    PrintWriter nowhere =
        new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(nowhere, nowhere, true, true);
    FuzzRun.write(FILE, input);
    FuzzRun.within(() -> AgentConfigFile.read(FILE, terminal) == null);
  }
}
