package io.vipops.crash;

import io.vipops.crash.Seam.Role;
import io.vipops.lab.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Ends a worker at one point of the first apply ever on its host. */
final class FirstCrash implements Lanes.Crash {
  /** There is no nginx, nor a configuration of it. */
  static final String BARE = "worker in the first apply on a bare host";

  /** nginx runs with a configuration that was given to vipops. */
  static final String ADOPTED = "worker in the first apply on an adopted host";

  static final String ORIGINAL =
      """
      pid %1$s/nginx.pid;
      error_log %1$s/log/error.log;
      events {}
      http { access_log off; server { listen 8081; return 200 "original\\n"; } }
      """;

  private final CrashNode node;
  private final WorkerCrash worker;

  FirstCrash(CrashNode node) {
    this.node = node;
    this.worker = new WorkerCrash(node);
  }

  List<Seam.Call> record(String scene) throws Exception {
    prepare(scene);
    worker.push(false);
    node.seam.record(Role.WORKER);
    node.launchAgent();
    Await.until("idle", CrashNode.LIMIT, () -> node.seam.saw("send step idle"));
    return node.seam.recorded();
  }

  /** The same of a later apply on the node as it stands. */
  List<Seam.Call> recordLater() throws Exception {
    return worker.record(WorkerCrash.APPLY);
  }

  /** And of one that is rolled back. */
  List<Seam.Call> recordRollback() throws Exception {
    return worker.record(WorkerCrash.ROLLBACK);
  }

  private void prepare(String scene) throws Exception {
    node.reset();
    if (scene.equals(ADOPTED)) {
      adopted(node);
    }
  }

  /** The host's own nginx, as vipops adopt leaves it. */
  static void adopted(CrashNode node) throws IOException, InterruptedException {
    Files.writeString(node.home.resolve("nginx.conf"), ORIGINAL.formatted(node.home));
    node.shell("ln nginx.conf nginx.conf.before-vipops");
    node.startNginx();
  }

  @Override
  public List<String> at(Kill kill) throws Exception {
    prepare(kill.scene());
    String next = worker.push(false);
    node.seam.kill(Role.WORKER, kill.point(), kill.side());
    node.launchAgent();
    node.seam.awaitKill(Duration.ofSeconds(20));
    node.hideRepository();
    Truth truth = new Truth(node);
    try {
      worker.sync("failed");
      if (Truth.current(node) != null) {
        node.awaitActive();
      } else if (kill.scene().equals(ADOPTED)) {
        truth.expect("nginx", "original", node.original());
      }
      truth.oneWholeGeneration(Set.of("", next));
    } finally {
      node.showRepository();
    }
    worker.sync("applied", "unchanged");
    node.awaitActive();
    truth.oneWholeGeneration(Set.of(next)).settled();
    return truth.wrong();
  }
}
