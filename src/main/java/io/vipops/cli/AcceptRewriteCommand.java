package io.vipops.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vipops accept-rewrite}. */
@Command(
    name = "accept-rewrite",
    description = {
      "Lets a branch in that was rewritten: a commit that does not descend from the last accepted.",
      "It holds once, for this commit and what is pushed on top of it. Signatures are still",
      "checked: those of all commits that the old history does not have."
    })
final class AcceptRewriteCommand extends AgentRequest {
  @Parameters(
      paramLabel = "SHA",
      description = "What the branch points at now: the whole SHA, or its first 7 digits or more.")
  private String sha = "";

  @Override
  Map<String, ?> body() {
    return Map.of("commit", sha);
  }
}
