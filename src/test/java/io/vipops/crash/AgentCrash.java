package io.vipops.crash;

import io.vipops.crash.Seam.Point;
import io.vipops.crash.Seam.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Ends a node's agent at one point, and starts it again as systemd does: first without Git, so that
 * it comes up from {@code current} alone.
 */
final class AgentCrash implements Lanes.Crash {
  /** An apply that takes a second VIP. */
  static final String MORE = "agent in an apply that adds a VIP";

  /** An apply that gives it up. */
  static final String FEWER = "agent in an apply that removes a VIP";

  static final String START = "agent while it starts";
  static final String DRAIN = "agent in a drain";

  private final CrashNode node;
  private final WorkerCrash worker;

  private AgentCrash(CrashNode node, WorkerCrash worker) {
    this.node = node;
    this.worker = worker;
  }

  static AgentCrash start(CrashNode node) throws Exception {
    return new AgentCrash(node, WorkerCrash.start(node));
  }

  /**
   * The points of a scene, in their order. What a timer does again and again, adverts and renewed
   * leases, counts once.
   */
  List<Point> record(String scene) throws Exception {
    align(scene);
    node.seam.record(Role.AGENT);
    begin(scene).join();
    node.awaitIdle();
    List<Seam.Call> calls = node.seam.recorded();
    if (scene.equals(DRAIN)) {
      var unused = node.ask("undrain");
    }
    return Point.of(calls).stream()
        .filter(it -> it.occurrence() == 1 || !isTimers(it.text()))
        .toList();
  }

  private static boolean isTimers(String text) {
    return text.equals("advert") || text.equals("netlink newaddr " + Change.VIP);
  }

  /** The next change has to be of the scene's kind, and the last one over. */
  private void align(String scene) throws Exception {
    boolean more = worker.next() % 2 == 1;
    if ((scene.equals(MORE) && !more) || (scene.equals(FEWER) && more)) {
      worker.push(false);
      worker.sync("applied");
    }
    node.awaitIdle();
  }

  private CompletableFuture<?> begin(String scene) throws Exception {
    switch (scene) {
      case START -> {
        node.cleanUp();
        node.launchAgent();
        return CompletableFuture.completedFuture(null);
      }
      case DRAIN -> {
        return asking("drain");
      }
      default -> {
        worker.push(false);
        return asking("sync");
      }
    }
  }

  private CompletableFuture<?> asking(String type) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            var unused = node.ask(type);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @Override
  public List<String> at(Kill kill) throws Exception {
    align(kill.scene());
    String before = Truth.commit(node);
    node.seam.kill(Role.AGENT, kill.point(), kill.side());
    CompletableFuture<?> begun = begin(kill.scene());
    node.seam.awaitKill(Duration.ofSeconds(20));
    node.hideRepository();
    Truth truth = new Truth(node);
    try {
      begun.join();
      node.restartAgent();
      Map<String, ?> undrained = node.ask("undrain");
      truth.expect("undrain", null, undrained.get("error"));
      worker.sync("failed");
      node.awaitActive();
      truth.oneWholeGeneration(Set.copyOf(List.of(before, worker.last())));
    } finally {
      node.showRepository();
    }
    worker.sync("applied", "unchanged");
    truth.oneWholeGeneration(Set.of(worker.last())).settled();
    return truth.wrong();
  }
}
