package io.vipops.cli;

import io.vipops.apply.Adoption;
import io.vipops.apply.ApplyFailure;
import io.vipops.spec.AgentConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vipops adopt}. */
@Command(
    name = "adopt",
    description = {
      "Lets vipops replace this host's nginx configuration, and says first what is there.",
      "Until then the agent applies nothing (condition NotAdopted). The file stays in force until"
          + " the first apply, which makes it a link; it is kept beside it as"
          + " nginx.conf.before-vipops, and unadopt puts it back. Asks a running agent to sync.",
      "The last line on stdout is \"changed: yes\" or \"changed: no\", for tools."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:adopted, or nothing to adopt",
      "1:not adopted; the line on stderr says why",
      "2:wrong use of the command"
    })
final class AdoptCommand extends HostCommand {
  @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
  private boolean dryRun;

  @Override
  int run(AgentConfig config, Terminal terminal) {
    try {
      Adoption.Manner manner = new Adoption.Manner(dryRun, terminal::dim, terminal::warning);
      boolean changed = new Adoption(config.nginx(), config.stateDir()).adopt(manner);
      if (changed && !dryRun) {
        sync(config, terminal);
      }
      terminal.changed(changed);
      return 0;
    } catch (ApplyFailure e) {
      terminal.error(e.line());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  /** What the first apply comes to is not adoption's outcome: it is said, and status has it. */
  private static void sync(AgentConfig config, Terminal terminal) {
    try {
      Map<String, @Nullable Object> reply =
          ControlClient.ask(
              config.runDir().resolve("control.sock"),
              "sync",
              progress -> terminal.dim(String.valueOf(progress.get("line"))));
      if (AgentRequest.succeeded(reply)) {
        terminal.good(String.valueOf(reply.get("line")));
      } else {
        Object why = reply.get("error") == null ? reply.get("line") : reply.get("error");
        terminal.warning("adopted, but not applied yet: " + why);
      }
    } catch (ControlClient.NoAgentException e) {
      terminal.dim("no agent runs: the first apply comes when it is started");
    }
  }
}
