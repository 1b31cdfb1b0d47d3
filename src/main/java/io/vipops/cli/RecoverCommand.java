package io.vipops.cli;

import io.vipops.agent.AgentLock;
import io.vipops.apply.Recovery;
import io.vipops.spec.AgentConfig;
import io.vipops.worker.History;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code vipops recover}. */
@Command(
    name = "recover",
    description = {
      "Makes the configuration that nginx starts with whole after a crash; run at boot, before"
          + " nginx. Needs neither Git nor network. Does nothing while an agent runs.",
      "Prints one line: what was found, and what was done."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:whole, made whole, or nothing can be done: nginx is to start in any case",
      "2:wrong use of the command"
    })
final class RecoverCommand extends HostCommand {
  @Override
  int run(AgentConfig config, Terminal terminal) {
    try (AgentLock ours = AgentLock.ifFree(config).orElse(null)) {
      if (ours == null) {
        terminal.good("an agent runs, which sees to it itself: nothing to recover");
        return 0;
      }
      if (!Files.isDirectory(config.stateDir())) {
        terminal.good("no " + config.stateDir() + " yet: nothing to recover");
        return 0;
      }
      List<String> proven = History.open(config.stateDir()).proven();
      terminal.good(new Recovery(config.nginx(), config.stateDir()).run(proven).line());
    } catch (IOException e) {
      terminal.error("not recovered: " + AgentLock.reason(e));
    }
    return 0;
  }

  @Override
  int withoutConfiguration() {
    return 0;
  }
}
