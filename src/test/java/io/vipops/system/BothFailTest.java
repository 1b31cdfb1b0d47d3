package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.engine.Holders;
import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import io.vipops.lab.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same check fails on both nodes and recovers, in every order, each in a virtual router of its
 * own. A client pings each VIP 50 times a second.
 */
@Tag("root")
class BothFailTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration WINDOW = Duration.ofSeconds(60);

  /** What a move of the address to a node that is there may cost. */
  private static final double MOST_SILENCE_S = 0.5;

  /**
   * A virtual router, {@code w}N.
   *
   * @param failsFirst the node; "": both at once
   */
  private record Row(int n, int weight, String failsFirst, String recoversFirst) {
    String vip() {
      return "10.0.0." + (60 + n);
    }

    String process() {
      return "chk" + n;
    }

    boolean fails(String node, boolean first) {
      return (failsFirst.isEmpty() || failsFirst.equals(node)) == first;
    }
  }

  private static final List<Row> ROWS =
      List.of(
          new Row(1, -30, "lb01", "lb01"),
          new Row(2, -30, "lb01", "lb02"),
          new Row(3, -30, "lb02", "lb01"),
          new Row(4, -30, "lb02", "lb02"),
          new Row(5, -30, "", "lb01"),
          new Row(6, -30, "", "lb02"),
          new Row(7, 0, "lb01", "lb02"),
          new Row(8, 0, "", "lb01"));

  /** Each host's monitor stamps a change when it comes to read of it. */
  private static final Duration MONITORS_APART = Duration.ofMillis(10);

  private static final List<String> NODES = List.of("lb01", "lb02");

  @TempDir Path folder;
  private Cluster cluster;
  private final Map<String, Running> processes = new HashMap<>();

  @Test
  void theVipMovesTwiceAtMostAndAlwaysAnswers() throws Exception {
    try (Cluster made = Cluster.create(folder)) {
      cluster = made;
      for (Row row : ROWS) {
        Files.copy(Path.of("/bin/sleep"), folder.resolve(row.process()));
        for (String node : NODES) {
          run(row, node);
        }
      }
      cluster.push("start", spec());
      NODES.forEach(this::start);
      for (Row row : ROWS) {
        await("lb01 is Active of " + row, () -> status("lb01", row, "state").equals("active"));
        await("lb02 follows", () -> status("lb02", row, "active_peer").equals("10.0.0.51"));
      }
      Map<Row, Holders> holders = new HashMap<>();
      Map<Row, Running> pings = new HashMap<>();
      Map<String, Long> before = new HashMap<>();
      for (Row row : ROWS) {
        holders.put(row, new Holders(cluster.host("lb01"), cluster.host("lb02"), row.vip()));
        pings.put(row, cluster.client().start("ping", "-n", "-D", "-i", "0.02", row.vip()));
        NODES.forEach(node -> before.put(node + row, transitions(node, row)));
      }

      long beganNs = System.nanoTime();
      fail(true);
      fail(false);
      int sent = Integer.parseInt(status("lb01", ROWS.get(2), "counters.sent"));
      await(
          "three adverts with both failing",
          () -> Integer.parseInt(status("lb01", ROWS.get(2), "counters.sent")) >= sent + 3);
      recover(true);
      recover(false);
      Await.until(
          "a minute", WINDOW.plus(SOON), () -> System.nanoTime() - beganNs >= WINDOW.toNanos());

      for (Row row : ROWS) {
        long a = transitions("lb01", row) - before.get("lb01" + row);
        long b = transitions("lb02", row) - before.get("lb02" + row);
        Holders seen = holders.get(row);
        double silence = longestSilence(pings.get(row).output());
        System.out.printf(
            "%s: %d moves, transitions %d and %d, both %d ms, neither %d ms, no answer %.0f ms%n",
            row,
            seen.moves(),
            a,
            b,
            seen.both().toMillis(),
            seen.neither().toMillis(),
            silence * 1000);
        assertThat(seen.moves()).as("moves, %s", row).isLessThanOrEqualTo(2);
        if (row.weight() != 0) { // of weight 0, Fault and back are transitions, too
          assertThat(Math.max(a, b)).as("transitions, %s", row).isLessThanOrEqualTo(2);
        }
        assertThat(seen.neither()).as("held by nobody, %s", row).isLessThan(MONITORS_APART);
        assertThat(silence).as("no answer, s, %s", row).isLessThan(MOST_SILENCE_S);
      }
    }
  }

  private void start(String node) {
    try {
      cluster.startAgent(node);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void run(Row row, String node) throws Exception {
    String program = folder.resolve(row.process()).toString();
    processes.put(node + row, cluster.host(node).start(program, "3600"));
  }

  /** On the nodes that are first, or on the others; returns once they know. */
  private void fail(boolean first) throws Exception {
    for (Row row : ROWS) {
      for (String node : NODES) {
        if (row.fails(node, first)) {
          processes.get(node + row).kill();
        }
      }
    }
    for (Row row : ROWS) {
      for (String node : NODES) {
        if (row.fails(node, first)) {
          await(node + " fails, " + row, () -> !ok(node, row));
        }
      }
      if (first && row.failsFirst().equals("lb01")) {
        await("lb02 takes over, " + row, () -> cluster.host("lb02").holds(row.vip()));
      }
    }
  }

  private void recover(boolean first) throws Exception {
    for (Row row : ROWS) {
      String node = row.recoversFirst().equals("lb01") == first ? "lb01" : "lb02";
      run(row, node);
    }
    for (Row row : ROWS) {
      String node = row.recoversFirst().equals("lb01") == first ? "lb01" : "lb02";
      await(node + " recovers, " + row, () -> ok(node, row));
    }
  }

  private boolean ok(String node, Row row) throws Exception {
    return cluster.ask(node, "status").get("checks") instanceof List<?> checks
        && checks.stream()
            .anyMatch(
                it ->
                    it instanceof Map<?, ?> check
                        && row.process().equals(check.get("name"))
                        && Boolean.TRUE.equals(check.get("ok")));
  }

  private String status(String node, Row row, String key) {
    return cluster.status(node, "vrrp." + (row.n() - 1) + "." + key);
  }

  private long transitions(String node, Row row) {
    return Long.parseLong(status(node, row, "transitions"));
  }

  private static void await(String what, java.util.concurrent.Callable<Boolean> condition)
      throws Exception {
    Await.until(what, SOON, condition);
  }

  /** Between two answers, s. */
  private static double longestSilence(String output) {
    Matcher answer = Pattern.compile("\\[([0-9.]+)\\] [0-9]+ bytes from").matcher(output);
    double last = 0;
    double longest = 0;
    while (answer.find()) {
      double at = Double.parseDouble(answer.group(1));
      longest = last == 0 ? 0 : Math.max(longest, at - last);
      last = at;
    }
    assertThat(last).isPositive();
    return longest;
  }

  private static String spec() {
    StringBuilder instances = new StringBuilder();
    StringBuilder checks = new StringBuilder();
    for (Row row : ROWS) {
      instances.append(
          """
            w%1$d:
              virtual_router_id: %2$d
              priorities: {lb01: 100, lb02: 90}
              virtual_addresses: [%3$s/24]
              track: [%4$s]
          """
              .formatted(row.n(), 60 + row.n(), row.vip(), row.process()));
      checks.append(
          "  %1$s: {process: %1$s, interval: 200ms, fall: 2, weight: %2$d}%n"
              .formatted(row.process(), row.weight()));
    }
    return """
        version: 1
        cluster: web
        nodes:
          lb01: {address: 10.0.0.51, interface: eth0}
          lb02: {address: 10.0.0.52, interface: eth0}
        vrrp:
        """
        + instances
        + "checks:\n"
        + checks;
  }
}
