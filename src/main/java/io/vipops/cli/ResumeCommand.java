package io.vipops.cli;

import picocli.CommandLine.Command;

/** {@code vipops resume}. */
@Command(
    name = "resume",
    description = {"Takes commits again after pause."})
final class ResumeCommand extends AgentRequest {}
