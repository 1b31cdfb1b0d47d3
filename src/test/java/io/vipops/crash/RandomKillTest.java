package io.vipops.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Cluster;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class RandomKillTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** One kill in so many is the agent's. */
  private static final int AGENT_SHARE = 5;

  private static final int LATEST_US = 1_000_000;

  @TempDir Path folder;

  private final Random random;
  private final Map<String, Running> monitors = new HashMap<>();
  private final List<String> wrong = new ArrayList<>();
  private int agents;

  RandomKillTest() {
    long seed = Long.getLong("vipops.seed", System.nanoTime());
    System.out.println("seed " + seed + " (again: -Dvipops.seed=" + seed + ")");
    random = new Random(seed);
  }

  private record Member(Cluster cluster, String name) implements NodeView {
    @Override
    public Path home() {
      return cluster.home(name);
    }

    @Override
    public LabHost host() {
      return cluster.host(name);
    }

    @Override
    public Map<String, @Nullable Object> ask(String type) throws InterruptedException {
      try {
        return cluster.ask(name, type);
      } catch (java.io.IOException | ExecutionException | TimeoutException e) {
        return Map.of("error", String.valueOf(e.getMessage()));
      }
    }
  }

  @Test
  void processesThatEndAtAnyMomentUnderAStreamOfCommitsLeaveNoMixture() throws Exception {
    int kills = Integer.getInteger("vipops.kills", Boolean.getBoolean("vipops.soak") ? 1000 : 50);
    try (Cluster cluster = Cluster.create(folder)) {
      cluster.startBoth(cluster.push("start", new Change(0, false).spec()));
      for (String node : List.of("lb01", "lb02")) {
        monitors.put(node, cluster.host(node).start("ip", "-4", "-o", "monitor", "address"));
      }
      ClientLog client = cluster.startClient(10);
      Await.until("the client is served", LIMIT, () -> client.sent(0) > 20);
      long longestGapMs = 0;
      int done = 0;
      while (done < kills && wrong.isEmpty()) {
        done++;
        long fromMs = System.currentTimeMillis();
        boolean agent = random.nextInt(AGENT_SHARE) == 0;
        String victim = random.nextBoolean() ? "lb01" : "lb02";
        int delayUs = random.nextInt(LATEST_US);
        String what =
            "kill %d, %s of %s after %d us"
                .formatted(done, agent ? "agent" : "worker", victim, delayUs);
        try {
          kill(cluster, done, agent, victim, delayUs, what);
        } catch (AssertionError e) {
          wrong.add(what + ": " + e.getMessage());
        }
        List<String> failed = client.failed(fromMs);
        if (agent) {
          longestGapMs = Math.max(longestGapMs, client.gapMs(fromMs));
        } else if (!failed.isEmpty()) {
          wrong.add(what + ": requests failed: " + failed);
        }
        if (done % 100 == 0) {
          System.out.printf("%d of %d kills%n", done, kills);
        }
      }
      System.out.printf(
          "%d kills, %d of them agents; %d requests, %d failed, longest gap at an agent's end %d ms; %d wrong%n",
          done, agents, client.sent(0), client.failed(0).size(), longestGapMs, wrong.size());
      if (!wrong.isEmpty()) {
        System.out.println(cluster.agent("lb01").output() + cluster.agent("lb02").output());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private void kill(Cluster cluster, int n, boolean agent, String victim, int delayUs, String what)
      throws Exception {
    Map<String, Integer> removed = Map.of("lb01", removals("lb01"), "lb02", removals("lb02"));
    String commit = cluster.push("change " + n, new Change(n, false).spec());
    Member member = new Member(cluster, victim);
    CompletableFuture<?> one = CompletableFuture.runAsync(() -> sync(cluster, "lb01"));
    CompletableFuture<?> two = CompletableFuture.runAsync(() -> sync(cluster, "lb02"));
    String worker = cluster.status(victim, "agent.worker_pid");
    LockSupport.parkNanos(delayUs * 1000L); // the moment is what varies
    if (agent) {
      agents++;
      cluster.agent(victim).kill();
      end(worker); // as systemd ends what is left of its control group
      assertThat(cluster.vipops(victim, "release").code()).isZero();
      cluster.startAgent(victim);
    } else {
      end(worker);
    }
    CompletableFuture.allOf(one, two).join();
    Await.until("an answer of " + victim, LIMIT, () -> !member.ask("sync").containsKey("error"));
    CompletableFuture.allOf(
            CompletableFuture.runAsync(() -> sync(cluster, "lb01")),
            CompletableFuture.runAsync(() -> sync(cluster, "lb02")))
        .join();
    cluster.awaitProven(commit);
    Await.until(
        "lb01 active", LIMIT, () -> cluster.status("lb01", "vrrp.0.state").equals("active"));
    Await.until(
        "lb02 backup", LIMIT, () -> cluster.status("lb02", "vrrp.0.state").equals("backup"));
    for (String node : List.of("lb01", "lb02")) {
      Truth truth = new Truth(new Member(cluster, node)).oneWholeGeneration(Set.of(commit));
      truth.wrong().forEach(line -> wrong.add(what + ": " + node + ": " + line));
      int more = removals(node) - removed.get(node);
      // An agent's end moves the VIP at most once, and once back.
      if (more > (agent && victim.equals("lb01") ? 1 : 0)) {
        wrong.add(what + ": " + node + " lost the VIP " + more + " times");
      }
    }
  }

  private static void sync(Cluster cluster, String node) {
    try {
      var unused = new Member(cluster, node).ask("sync");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void end(String worker) throws Exception {
    if (!worker.isEmpty()) {
      ProcessHandle.of(Long.parseLong(worker)).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private int removals(String node) {
    return (int)
        monitors
            .get(node)
            .output()
            .lines()
            .filter(line -> line.startsWith("Deleted") && line.contains(" " + Change.VIP + "/"))
            .count();
  }
}
