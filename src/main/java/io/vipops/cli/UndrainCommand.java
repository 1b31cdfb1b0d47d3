package io.vipops.cli;

import picocli.CommandLine.Command;

/** {@code vipops undrain}. */
@Command(
    name = "undrain",
    description = {"Lets this node take part in elections again after drain."})
final class UndrainCommand extends AgentRequest {}
