package io.vipops.cli;

import picocli.CommandLine.Command;

/** {@code vipops drain}. */
@Command(
    name = "drain",
    description = {
      "Hands every VIP of this node to its peer and stays Backup. Survives restarts.",
      "Undo with undrain."
    })
final class DrainCommand extends AgentRequest {}
