package io.vipops.cli;

import io.vipops.agent.AgentLock;
import io.vipops.apply.Adoption;
import io.vipops.apply.ApplyFailure;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vipops unadopt}. */
@Command(
    name = "unadopt",
    description = {
      "Gives this host's nginx configuration back: the original is put back as it was, tested, and"
          + " a running nginx reads it. Where there was none, the link is removed, and an nginx that"
          + " runs only what vipops gave it is stopped.",
      "Refuses while the agent runs: stop it first (systemctl stop vipops), which hands its VIPs"
          + " over. No agent starts until this is done.",
      "The last line on stdout is \"changed: yes\" or \"changed: no\", for tools."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:given back, or never adopted",
      "1:not done; the line on stderr says why; it may be run again",
      "2:wrong use of the command"
    })
final class UnadoptCommand extends HostCommand {
  /** It would go on with VRRP for what unadopt takes away, and soon apply it again. */
  private static final String AGENT_RUNS =
      "the agent runs on this host: stop the agent first: systemctl stop vipops";

  @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
  private boolean dryRun;

  @Option(
      names = "--force",
      description =
          "Also when nginx -t refuses the original, or when the file was changed by somebody else"
              + " after adoption.")
  private boolean force;

  @Override
  int run(AgentConfig config, Terminal terminal) {
    try (AgentLock ours = AgentLock.ifFree(config).orElse(null)) {
      if (ours == null && !dryRun) {
        terminal.error(AGENT_RUNS);
        return 1;
      }
      if (ours == null) {
        terminal.warning(AGENT_RUNS);
      }
      Adoption.Manner manner = new Adoption.Manner(dryRun, terminal::dim, terminal::warning);
      terminal.changed(new Adoption(config.nginx(), config.stateDir()).unadopt(force, manner));
      return 0;
    } catch (ApplyFailure e) {
      terminal.error(e.line());
      return 1;
    } catch (IOException e) {
      terminal.error(AgentLock.reason(e));
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }
}
