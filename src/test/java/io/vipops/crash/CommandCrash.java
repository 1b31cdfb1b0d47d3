package io.vipops.crash;

import io.vipops.crash.Seam.Point;
import io.vipops.crash.Seam.Role;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Ends {@code vipops adopt} or {@code unadopt} at one point, and runs it again. */
final class CommandCrash implements Lanes.Crash {
  static final String ADOPT = "adopt";
  static final String UNADOPT = "unadopt";

  private final CrashNode node;

  private CommandCrash(CrashNode node) {
    this.node = node;
  }

  /** Keeps a host on which a first commit was applied and whose agent was stopped. */
  static CommandCrash start(CrashNode node) throws Exception {
    node.reset();
    FirstCrash.adopted(node);
    WorkerCrash worker = new WorkerCrash(node);
    worker.push(false);
    node.startAgent();
    worker.sync("applied", "unchanged");
    node.stopAgent();
    node.shell("mkdir ../kept; cp -a state run nginx.conf nginx.conf.before-vipops ../kept");
    return new CommandCrash(node);
  }

  List<Point> record(String command) throws Exception {
    prepare(command);
    node.seam.record(Role.COMMAND);
    var unused = node.command(command);
    return Point.of(node.seam.recorded());
  }

  private void prepare(String command) throws Exception {
    node.reset();
    node.shell("rm -f nginx.conf.*");
    if (command.equals(UNADOPT)) {
      node.shell("cp -a ../kept/. .");
      node.startNginx();
    } else {
      FirstCrash.adopted(node);
      node.shell("rm nginx.conf.before-vipops");
    }
  }

  @Override
  public List<String> at(Kill kill) throws Exception {
    prepare(kill.scene());
    node.seam.kill(Role.COMMAND, kill.point(), kill.side());
    CompletableFuture<String> run =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return node.command(kill.scene());
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    node.seam.awaitKill(Duration.ofSeconds(20));
    run.join();
    List<String> wrong = new ArrayList<>();
    if (!Files.exists(conf())) {
      wrong.add("nginx.conf leads nowhere after the kill");
    }
    String again = node.command(kill.scene());
    Truth truth = new Truth(node);
    truth.expect("nginx", "original", node.original());
    truth.expect("nginx.conf", FirstCrash.ORIGINAL.formatted(node.home), Files.readString(conf()));
    boolean kept = Files.exists(node.home.resolve("nginx.conf.before-vipops"));
    truth.expect("the original beside it", kill.scene().equals(ADOPT), kept);
    for (String gone :
        List.of("state/current", "state/journal", "state/nginx-link", "nginx.conf.tmp")) {
      boolean there = Files.exists(node.home.resolve(gone), LinkOption.NOFOLLOW_LINKS);
      if (kill.scene().equals(UNADOPT) && there) {
        wrong.add("left behind: " + gone);
      }
    }
    wrong.addAll(truth.wrong());
    if (!wrong.isEmpty()) {
      wrong.add("the second run said: " + again.strip());
    }
    return wrong;
  }

  private Path conf() {
    return node.home.resolve("nginx.conf");
  }
}
