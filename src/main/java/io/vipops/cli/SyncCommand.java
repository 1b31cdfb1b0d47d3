package io.vipops.cli;

import picocli.CommandLine.Command;

/** {@code vipops sync}. */
@Command(
    name = "sync",
    description = {
      "Looks at the branch now, applies what is new, and says what came of it.",
      "Prints a line when the new generation is proven, and the outcome once it has settled."
    })
final class SyncCommand extends AgentRequest {}
