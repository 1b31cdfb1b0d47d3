package io.vipops.crash;

import io.vipops.crash.Seam.Role;
import io.vipops.lab.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Ends a node's worker at one point and looks at what the agent's next one makes of it: first
 * without Git, so that it can only resume, then with it.
 */
final class WorkerCrash implements Lanes.Crash {
  static final String APPLY = "worker in an apply";
  static final String ROLLBACK = "worker in a rollback";

  private final CrashNode node;
  private int number;
  private String last = "";

  WorkerCrash(CrashNode node) {
    this.node = node;
  }

  /** A node that has applied a commit, with as many generations as are kept. */
  static WorkerCrash start(CrashNode node) throws Exception {
    WorkerCrash it = new WorkerCrash(node);
    it.last = node.commit(new Change(0, false).spec());
    node.startAgent();
    it.sync("applied", "unchanged");
    it.fillGenerations();
    for (int n = 0; n < 2; n++) {
      it.push(false);
      it.sync("applied");
    }
    return it;
  }

  /** Copies of the first generation: the oldest of them goes with each apply. */
  private void fillGenerations() throws IOException, InterruptedException {
    String id = Truth.current(node);
    for (int n = 10; n < 20; n++) {
      node.shell("cp -r %1$s/%2$s %1$s/%3$d0000000000".formatted("state/generations", id, n));
    }
  }

  String push(boolean bad) throws IOException, InterruptedException {
    last = node.commit(new Change(++number, bad).spec());
    return last;
  }

  /** The number of the next change. */
  int next() {
    return number + 1;
  }

  /** The commit pushed last. */
  String last() {
    return last;
  }

  /** Asks for a pass until one is made; returns its outcome. */
  Map<String, @Nullable Object> sync(String... outcomes) throws Exception {
    Map<String, @Nullable Object> reply = node.ask("sync");
    long endNs = System.nanoTime() + CrashNode.LIMIT.toNanos();
    while (reply.get("outcome") == null && System.nanoTime() < endNs) {
      Thread.sleep(5);
      reply = node.ask("sync");
    }
    if (!Set.of(outcomes).contains(String.valueOf(reply.get("outcome")))) {
      throw new AssertionError("sync: " + reply);
    }
    return reply;
  }

  /** The points of one pass, in their order. */
  List<Seam.Call> record(String scene) throws Exception {
    node.awaitIdle();
    push(scene.equals(ROLLBACK));
    node.seam.record(Role.WORKER);
    sync(scene.equals(ROLLBACK) ? "failed" : "applied");
    // The pass has answered; the worker has yet to say that it is idle.
    Await.until("idle", CrashNode.LIMIT, () -> node.seam.saw("send step idle"));
    return node.seam.recorded();
  }

  @Override
  public List<String> at(Kill kill) throws Exception {
    boolean rollback = kill.scene().equals(ROLLBACK);
    Truth truth = new Truth(node);
    String before = Truth.commit(node);
    int removed = vipRemovals();
    String restarts = restarts();
    node.awaitIdle();
    String next = push(rollback);
    int logged = node.log().length();
    node.seam.kill(Role.WORKER, kill.point(), kill.side());
    CompletableFuture<?> asked = CompletableFuture.runAsync(this::askForPass);
    node.seam.awaitKill(Duration.ofSeconds(20));
    node.hideRepository();
    try {
      asked.join();
      sync("failed");
      if (rollback) {
        // One that was killed before it had turned back is watched again, and turns back.
        Await.until("the way back", CrashNode.LIMIT, () -> isBack(before, logged));
        truth.oneWholeGeneration(Set.of(before));
      } else {
        truth.oneWholeGeneration(Set.of(before, next));
      }
      if (!node.log().substring(logged).contains(inForce())) {
        truth.wrong().add("the log does not say: " + inForce());
      }
    } finally {
      node.showRepository();
    }
    if (rollback) {
      sync("failed");
      truth.oneWholeGeneration(Set.of(before));
      next = push(false);
    }
    sync("applied", "unchanged");
    truth.oneWholeGeneration(Set.of(next)).settled();
    truth.expect("removals of the VIP", removed, vipRemovals());
    truth.expect("workers started", restarts, String.valueOf(Long.parseLong(restarts()) - 1));
    return truth.wrong();
  }

  private boolean isBack(String before, int logged) throws IOException {
    return Truth.commit(node).equals(before) && node.log().substring(logged).contains(inForce());
  }

  private String inForce() throws IOException {
    return "generation " + Truth.current(node) + " is in force";
  }

  private int vipRemovals() {
    return (int) node.removals().stream().filter(it -> it.contains(" " + Change.VIP + "/")).count();
  }

  private String restarts() throws InterruptedException {
    return ((Map<?, ?>) node.ask("status").get("agent")).get("worker_restarts").toString();
  }

  private void askForPass() {
    try {
      var unused = node.ask("sync");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
