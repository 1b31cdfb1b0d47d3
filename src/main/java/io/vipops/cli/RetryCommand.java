package io.vipops.cli;

import picocli.CommandLine.Command;

/** {@code vipops retry}. */
@Command(
    name = "retry",
    description = {"Tries a refused commit again, for instance after the host was repaired."})
final class RetryCommand extends AgentRequest {}
