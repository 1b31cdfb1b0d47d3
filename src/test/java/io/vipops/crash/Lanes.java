package io.vipops.crash;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several nodes that crash at the same time: one waits while another works. */
final class Lanes {
  private static final int LANES = 3;

  /** What a node is put through. */
  interface Crash {
    /** Ends a process as told; returns what was wrong afterwards, a line each. */
    List<String> at(Kill kill) throws Exception;
  }

  /** Makes a node ready to crash. */
  interface Start {
    Crash on(CrashNode node) throws Exception;
  }

  private final Path folder;
  private final Start start;
  private final Queue<Kill> kills;
  private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());

  private Lanes(Path folder, Start start, List<Kill> kills) {
    this.folder = folder;
    this.start = start;
    this.kills = new ConcurrentLinkedQueue<>(kills);
  }

  /** Does all of {@code kills}, each on one of the nodes; returns what was wrong, a line each. */
  static List<String> run(Path folder, Start start, List<Kill> kills) throws Exception {
    Lanes it = new Lanes(folder, start, kills);
    long startNs = System.nanoTime();
    ExecutorService threads = Executors.newFixedThreadPool(LANES);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int n = 0; n < LANES; n++) {
        Path lane = folder.resolve("lane" + n);
        all.add(
            threads.submit(
                () -> {
                  it.run(lane);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    System.out.printf(
        "%d kills in %d s, %d wrong%n",
        kills.size(), (System.nanoTime() - startNs) / 1_000_000_000, it.wrong.size());
    return it.wrong;
  }

  /** After something was wrong the node is given up: what it shows next would say nothing. */
  private void run(Path lane) throws Exception {
    for (int n = 0; !kills.isEmpty(); n++) {
      try (CrashNode node = new CrashNode(Files.createDirectories(lane.resolve("node" + n)))) {
        Crash crash = start.on(node);
        boolean well = true;
        for (Kill kill = kills.poll(); kill != null; kill = well ? kills.poll() : null) {
          well = isWell(node, crash, kill);
        }
      }
    }
  }

  private boolean isWell(CrashNode node, Crash crash, Kill kill) throws Exception {
    List<String> found = new ArrayList<>();
    try {
      found.addAll(crash.at(kill));
    } catch (AssertionError | RuntimeException e) {
      found.add(e.toString());
    }
    found.forEach(line -> wrong.add(kill + ": " + line));
    if (!found.isEmpty()) {
      String log = node.log();
      System.out.println(kill + ": " + found);
      System.out.println(log.substring(Math.max(0, log.length() - 3000)));
    }
    return found.isEmpty();
  }
}
