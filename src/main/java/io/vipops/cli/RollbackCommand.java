package io.vipops.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vipops rollback}. */
@Command(
    name = "rollback",
    description = {
      "Takes an earlier generation into force and holds it there, until a commit comes that this node"
          + " has not seen yet, or until vipops resume. Survives restarts.",
      "It is tested, switched, proven and watched as a commit is; if that fails, what was in force"
          + " stays. Needs no Git."
    })
final class RollbackCommand extends AgentRequest {
  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description =
          "The generation, or the beginning of its id (vipops history shows them); without it, what"
              + " was applied before what is in force.")
  private @Nullable String id;

  @Override
  Map<String, ?> body() {
    return id == null ? Map.of() : Map.of("id", id);
  }
}
