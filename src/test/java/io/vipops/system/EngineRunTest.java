package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import io.vipops.lab.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code engine} of agent.yaml, by what the kernel says of the agent's threads. */
@Tag("root")
class EngineRunTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Path LAUNCHER = Path.of("target/vipops/bin/vipops").toAbsolutePath();

  @TempDir Path folder;

  private static void configure(Cluster cluster, String engine) throws Exception {
    cluster.configure("lb01", cluster.url(), "1s");
    Path config = cluster.configOf("lb01");
    Files.writeString(config, Files.readString(config) + "engine: " + engine + "\n");
  }

  /** Name and scheduling of each thread, e.g. {@code vipops-vrrp RR 20}. */
  private static List<String> threads(long pid) throws Exception {
    List<String> threads = new ArrayList<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks.toList()) {
        String stat;
        try {
          stat = Files.readString(task.resolve("stat"));
        } catch (IOException e) {
          assertThat(task).as("a thread that is there").doesNotExist(); // it ended meanwhile
          continue;
        }
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        // proc_pid_stat(5): rt_priority is field 40, policy 41; state, behind the name, is 3.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        threads.add(name + (fields[38].equals("2") ? " RR " : " other ") + fields[37]);
      }
    }
    return threads;
  }

  @Test
  void theLoopAloneIsRealTimeAndTheAgentIsLockedInMemory() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      configure(cluster, "{realtime_priority: 20, mlock: true}");
      Running agent = cluster.startAgent("lb01");
      Await.until("it answers", SOON, () -> cluster.status("lb01", "node").equals("lb01"));
      List<String> threads = threads(agent.pid());
      assertThat(threads).contains("vipops-vrrp RR 20");
      assertThat(threads.stream().filter(it -> it.contains(" RR "))).hasSize(1);
      Path status = Path.of("/proc/" + agent.pid() + "/status");
      String locked = Files.readString(status).replaceAll("(?s).*VmLck:\\s+(\\d+) kB.*", "$1");
      String resident = Files.readString(status).replaceAll("(?s).*VmRSS:\\s+(\\d+) kB.*", "$1");
      System.out.println("engine: locked " + locked + " kB, resident " + resident + " kB");
      assertThat(Long.parseLong(locked)).isGreaterThan(Long.parseLong(resident));
    }
  }

  @Test
  void whatIsNotPermittedIsRefusedWithOneLineThatSaysWhatToDo() throws Exception {
    try (Cluster cluster = Cluster.create(folder)) {
      for (String engine : List.of("{realtime_priority: 20}", "{mlock: true}")) {
        configure(cluster, engine);
        Running agent =
            cluster
                .host("lb01")
                .start(
                    "setpriv",
                    "--bounding-set=-sys_nice,-ipc_lock",
                    LAUNCHER.toString(),
                    "agent",
                    "--config",
                    cluster.configOf("lb01").toString());
        Await.until("it ends", SOON, () -> !agent.isAlive());
        assertThat(agent.exitCode()).isEqualTo(1);
        assertThat(agent.output().strip())
            .containsOnlyOnce("engine." + engine.substring(1, engine.indexOf(':')))
            .contains("is not permitted (", "vipops.service")
            .doesNotContain("\tat ");
        assertThat(agent.output().strip().lines()).hasSize(1);
      }
    }
  }
}
