package io.vipops.cli;

import picocli.CommandLine.Command;

/** {@code vipops pause}. */
@Command(
    name = "pause",
    description = {
      "Stops taking commits; what runs keeps running. Survives restarts.",
      "Undo with resume."
    })
final class PauseCommand extends AgentRequest {}
