package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that end while commits come faster than they are healed. */
@Tag("root")
class WorkerKillTest {
  private static final boolean SOAK = Boolean.getBoolean("vipops.soak");

  @TempDir Path folder;

  @Test
  void killingWorkersAtRandomMovesNoVipAndLosesNoCommit() throws Exception {
    long seed = Long.getLong("vipops.seed", System.nanoTime());
    System.out.println("seed " + seed + " (again: -Dvipops.seed=" + seed + ")");
    Random random = new Random(seed);
    int pushes = 50;
    try (Cluster cluster = Cluster.create(folder)) {
      cluster.startBoth(cluster.push("start", Specs.classic(1)));
      ClientLog client = cluster.startClient(8);
      Await.until("the client is served", Duration.ofSeconds(10), () -> client.sent(0) > 20);
      long begunMs = System.currentTimeMillis();
      List<Long> moves = List.of(transitions(cluster, "lb01"), transitions(cluster, "lb02"));
      String last = "";
      int kills = 0;
      for (int n = 2; n <= pushes + 1; n++) {
        last = cluster.push("weight " + n, Specs.classic(n));
        String victim = random.nextBoolean() ? "lb01" : "lb02";
        Await.until(
            "a worker on " + victim,
            Duration.ofSeconds(20),
            () -> !cluster.status(victim, "agent.worker_pid").isEmpty());
        String worker = cluster.status(victim, "agent.worker_pid");
        Thread.sleep(random.nextInt(SOAK ? 2000 : 700)); // the moment of the kill is the variable
        ProcessHandle.of(Long.parseLong(worker)).ifPresent(ProcessHandle::destroyForcibly);
        kills++;
      }
      cluster.awaitProven(last);
      System.out.printf(
          "%d pushes, %d workers killed, %d requests, %d failed%n",
          pushes, kills, client.sent(begunMs), client.failed(begunMs).size());
      assertThat(List.of(transitions(cluster, "lb01"), transitions(cluster, "lb02")))
          .isEqualTo(moves);
      assertThat(client.failed(begunMs)).isEmpty();
    }
  }

  private static long transitions(Cluster cluster, String node) {
    return Long.parseLong(cluster.status(node, "vrrp.0.transitions"));
  }
}
