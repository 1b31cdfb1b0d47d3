package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.ClientLog;
import io.vipops.lab.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class PushTest {
  @TempDir Path folder;

  @Test
  void twentyPushesUnderLoadLoseNoRequest() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      cluster.startBoth(cluster.push("start", Specs.classic(1)));
      ClientLog client = cluster.startClient(8);
      Await.until("the client is served", Duration.ofSeconds(10), () -> client.sent(0) > 20);
      long begunMs = System.currentTimeMillis();
      long moves = transitions(cluster, "lb01");

      List<Long> provenMs = new ArrayList<>();
      for (int n = 2; n <= 21; n++) {
        String commit = cluster.push("weight " + n, Specs.classic(n));
        long pushedNs = System.nanoTime();
        cluster.awaitProven(commit);
        provenMs.add((System.nanoTime() - pushedNs) / 1_000_000);
      }

      long seconds = Math.max(1, (System.currentTimeMillis() - begunMs) / 1000);
      System.out.printf(
          "20 pushes, poll 1s: proven on both after median %d ms, p95 %d ms; %d requests (%d/s), %d failed%n",
          median(provenMs),
          p95(provenMs),
          client.sent(begunMs),
          client.sent(begunMs) / seconds,
          client.failed(begunMs).size());
      assertThat(client.failed(begunMs)).isEmpty();
      assertThat(client.sent(begunMs) / seconds).isGreaterThanOrEqualTo(50);
      assertThat(client.backends(begunMs)).containsExactly("b101", "b102", "b103", "b104");
      assertThat(median(provenMs)).isLessThan(2000);
      assertThat(transitions(cluster, "lb01")).isEqualTo(moves);
    }
  }

  private static long transitions(Cluster cluster, String node) {
    return Long.parseLong(cluster.status(node, "vrrp.0.transitions"));
  }

  @Test
  void syncRightAfterThePushIsProvenAtOnce() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      cluster.configure("lb01", cluster.url(), "1h");
      cluster.configure("lb02", cluster.url(), "1h");
      cluster.startBoth(cluster.push("start", Specs.classic(1)));
      List<Long> provenMs = new ArrayList<>();
      for (int n = 2; n <= 11; n++) {
        String commit = cluster.push("weight " + n, Specs.classic(n));
        long pushedNs = System.nanoTime();
        var first = CompletableFuture.supplyAsync(() -> sync(cluster, "lb01"));
        var second = CompletableFuture.supplyAsync(() -> sync(cluster, "lb02"));
        cluster.awaitProven(commit);
        provenMs.add((System.nanoTime() - pushedNs) / 1_000_000);
        assertThat(first.get().code()).as(first.get().output()).isZero();
        assertThat(second.get().code()).as(second.get().output()).isZero();
      }
      System.out.printf(
          "10 pushes, vipops sync on both nodes: proven after median %d ms, p95 %d ms%n",
          median(provenMs), p95(provenMs));
      assertThat(median(provenMs)).isLessThan(700);
    }
  }

  private static Cluster.Outcome sync(Cluster cluster, String node) {
    try {
      return cluster.vipops(node, "sync");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static long p95(List<Long> values) {
    return values.stream().sorted().toList().get((int) Math.ceil(values.size() * 0.95) - 1);
  }
}
