package io.vipops.cli;

import io.vipops.agent.AgentLock;
import io.vipops.agent.Release;
import io.vipops.apply.Generations;
import io.vipops.apply.Journal;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;

/** {@code vipops release}. */
@Command(
    name = "release",
    description = {
      "Takes VIPs off this host that an agent left when it died, and tells its peers. Run by"
          + " vipops.service when the agent has ended. Does nothing while an agent runs."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:released, or nothing to release",
      "1:not released; the line on stderr says why",
      "2:wrong use of the command"
    })
final class ReleaseCommand extends HostCommand {
  /** The leases end what this does not. A host so busy that its agent died is slow here, too. */
  private static final long LIMIT_S = 10;

  @Override
  int run(AgentConfig config, Terminal terminal) throws InterruptedException {
    CompletableFuture<Integer> done =
        CompletableFuture.supplyAsync(() -> release(config, terminal), ReleaseCommand::beside);
    try {
      return done.get(LIMIT_S, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      terminal.error("not done within " + LIMIT_S + " s: a VIP with a lease ends by itself");
      return 1;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void beside(Runnable work) {
    Thread thread = new Thread(work, "release");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * The folders of both generations that an apply was between when the agent died: a VIP without a
   * lease may be of either. Once an apply has ended the previous one's addresses may be another's.
   */
  private static List<Path> interrupted(Path stateDir, Terminal terminal) {
    Generations generations = new Generations(stateDir);
    List<Path> folders = new ArrayList<>();
    try {
      Journal.Entry entry = new Journal(stateDir).read().orElse(null);
      if (entry != null && entry.phase() != Journal.Phase.APPLIED) {
        folders.add(generations.folder(entry.next()));
        if (entry.previous() != null) {
          folders.add(generations.folder(entry.previous()));
        }
      }
    } catch (IOException e) {
      terminal.warning(e.getMessage() + ": only the generation in force is released");
    }
    return folders;
  }

  private static int release(AgentConfig config, Terminal terminal) {
    try {
      Release.run(config, interrupted(config.stateDir(), terminal)).forEach(terminal::good);
      return 0;
    } catch (IOException e) {
      terminal.error(AgentLock.reason(e));
      return 1;
    }
  }
}
