package io.vipops.cli;

import io.vipops.agent.AgentLock;
import io.vipops.apply.Adoption;
import io.vipops.apply.ApplyFailure;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vipops unadopt}. */
@Command(
    name = "unadopt",
    description = {
      "Gives this host's nginx configuration back: the original is put back as it was, tested, and"
          + " a running nginx reads it. Where there was none, the link is removed, and an nginx that"
          + " runs only what vipops gave it is stopped.",
      "Refuses while the agent holds VIPs here: run vipops drain first, or stop the agent.",
      "The last line on stdout is \"changed: yes\" or \"changed: no\", for tools."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:given back, or never adopted",
      "1:not done; the line on stderr says why; it may be run again",
      "2:wrong use of the command"
    })
final class UnadoptCommand extends HostCommand {
  @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
  private boolean dryRun;

  @Option(
      names = "--force",
      description =
          "Also while this node holds VIPs, when nginx -t refuses the original, or when the file was"
              + " changed by somebody else after adoption.")
  private boolean force;

  @Override
  int run(AgentConfig config, Terminal terminal) {
    try (AgentLock ours = AgentLock.ifFree(config).orElse(null)) {
      if (ours == null && !force) {
        List<String> held = held(config);
        if (!held.isEmpty()) {
          terminal.error(
              "this node holds "
                  + String.join(", ", held)
                  + ": run vipops drain or stop the agent first (--force: clients of it will notice)");
          return 1;
        }
      }
      Adoption.Manner manner = new Adoption.Manner(dryRun, terminal::dim, terminal::warning);
      terminal.changed(new Adoption(config.nginx(), config.stateDir()).unadopt(force, manner));
      return 0;
    } catch (ControlClient.NoAgentException e) {
      terminal.error(
          "an agent runs but does not answer, so it may hold VIPs: stop it first, or --force");
      return 1;
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

  /** The VIPs that the agent answers for now. */
  private static List<String> held(AgentConfig config) throws ControlClient.NoAgentException {
    Map<String, @Nullable Object> status =
        ControlClient.ask(config.runDir().resolve("control.sock"), "status", progress -> {});
    List<String> held = new ArrayList<>();
    if (status.get("vrrp") instanceof List<?> instances) {
      for (Object one : instances) {
        if (one instanceof Map<?, ?> instance
            && ("active".equals(instance.get("state"))
                || "handing_over".equals(instance.get("state")))
            && instance.get("virtual_addresses") instanceof List<?> addresses) {
          addresses.forEach(it -> held.add(String.valueOf(it)));
        }
      }
    }
    return held;
  }
}
