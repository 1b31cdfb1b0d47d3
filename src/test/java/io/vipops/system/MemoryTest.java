package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class MemoryTest {
  @TempDir Path folder;

  @Test
  void aThousandPollsStayWithinBudgetAndDoNotGrow() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      String commit = cluster.push("start", Specs.classic(1));
      cluster.startAgent("lb01");
      io.vipops.lab.Await.until(
          "applied", java.time.Duration.ofSeconds(30), () -> cluster.proven("lb01", commit));
      long agent = cluster.agent("lb01").pid();
      long worker = Long.parseLong(cluster.status("lb01", "agent.worker_pid"));

      long[] agentKb = new long[3];
      long[] workerKb = new long[3];
      for (int third = 0; third < 3; third++) {
        for (int poll = 0; poll < (third == 0 ? 334 : 333); poll++) {
          assertThat(cluster.ask("lb01", "sync").get("outcome")).isEqualTo("unchanged");
        }
        agentKb[third] = residentKb(agent);
        workerKb[third] = residentKb(worker);
      }

      for (int third = 0; third < 3; third++) {
        System.out.printf(
            "after %d polls: agent %d MB, worker %d MB resident%n",
            (third + 1) * 1000 / 3, agentKb[third] / 1024, workerKb[third] / 1024);
      }
      assertThat(cluster.status("lb01", "agent.worker_pid")).isEqualTo(Long.toString(worker));
      assertThat(agentKb[2]).as("agent, kB").isLessThanOrEqualTo(60 * 1024);
      assertThat(agentKb[2] + workerKb[2]).as("both, kB").isLessThanOrEqualTo(150 * 1024);
      assertThat(agentKb[2] + workerKb[2])
          .as("growth over the last 667 polls, kB")
          .isLessThan(agentKb[0] + workerKb[0] + 8 * 1024);
    }
  }

  private static long residentKb(long pid) throws java.io.IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.replaceAll("\\D", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow();
  }
}
