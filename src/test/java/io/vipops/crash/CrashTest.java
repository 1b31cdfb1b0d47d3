package io.vipops.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.crash.Seam.Point;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class CrashTest {
  @TempDir Path folder;

  @Test
  void aWorkerMayEndAtAnyPointOfAnApply() throws Exception {
    List<Kill> kills = new ArrayList<>();
    try (CrashNode node = new CrashNode(Files.createDirectory(folder.resolve("count")))) {
      WorkerCrash worker = WorkerCrash.start(node);
      kills.addAll(Kill.all(WorkerCrash.APPLY, Point.of(worker.record(WorkerCrash.APPLY))));
    }
    assertThat(Lanes.run(folder, WorkerCrash::start, kills)).isEmpty();
  }

  @Test
  void aWorkerMayEndAtAnyPointOfARollback() throws Exception {
    List<Kill> kills = new ArrayList<>();
    try (CrashNode node = new CrashNode(Files.createDirectory(folder.resolve("count")))) {
      WorkerCrash worker = WorkerCrash.start(node);
      List<Point> points = Point.of(worker.record(WorkerCrash.ROLLBACK));
      int from = points.indexOf(new Point("send step rollback", 1));
      kills.addAll(Kill.all(WorkerCrash.ROLLBACK, points.subList(from, points.size())));
    }
    assertThat(Lanes.run(folder, WorkerCrash::start, kills)).isEmpty();
  }

  @Test
  void anAgentMayEndAtAnyPoint() throws Exception {
    List<Kill> kills = new ArrayList<>();
    try (CrashNode node = new CrashNode(Files.createDirectory(folder.resolve("count")))) {
      AgentCrash agent = AgentCrash.start(node);
      Set<String> known = new HashSet<>();
      for (String scene :
          List.of(AgentCrash.MORE, AgentCrash.FEWER, AgentCrash.START, AgentCrash.DRAIN)) {
        kills.addAll(Kill.fresh(scene, agent.record(scene), known));
      }
    }
    assertThat(Lanes.run(folder, AgentCrash::start, kills)).isEmpty();
  }

  @Test
  void aWorkerMayEndAtAnyPointOfTheFirstApply() throws Exception {
    List<Kill> kills = new ArrayList<>();
    try (CrashNode node = new CrashNode(Files.createDirectory(folder.resolve("count")))) {
      FirstCrash first = new FirstCrash(node);
      List<Point> adopted = Point.of(first.record(FirstCrash.ADOPTED));
      List<Point> bare = Point.of(first.record(FirstCrash.BARE));
      Set<String> known = new HashSet<>();
      first.recordLater().forEach(call -> known.add(call.text()));
      kills.addAll(Kill.fresh(FirstCrash.BARE, bare, known));
      kills.addAll(Kill.fresh(FirstCrash.ADOPTED, adopted, known));
    }
    assertThat(Lanes.run(folder, FirstCrash::new, kills)).isEmpty();
  }

  @Test
  void adoptionMayEndAtAnyPoint() throws Exception {
    List<Kill> kills = new ArrayList<>();
    try (CrashNode node = new CrashNode(Files.createDirectory(folder.resolve("count")))) {
      CommandCrash command = CommandCrash.start(node);
      for (String scene : List.of(CommandCrash.ADOPT, CommandCrash.UNADOPT)) {
        kills.addAll(Kill.all(scene, command.record(scene)));
      }
    }
    assertThat(Lanes.run(folder, CommandCrash::start, kills)).isEmpty();
  }

  @Test
  void whatIsInForceWouldOutliveAPowerCut() throws Exception {
    List<Seam.Call> calls = new ArrayList<>();
    try (CrashNode node = new CrashNode(Files.createDirectory(folder.resolve("count")))) {
      FirstCrash first = new FirstCrash(node);
      calls.addAll(first.record(FirstCrash.ADOPTED));
      calls.addAll(first.recordLater());
      calls.addAll(first.recordRollback());
      node.seam.record(Seam.Role.AGENT);
      assertThat(node.ask("drain")).containsKey("line");
      calls.addAll(node.seam.recorded());
      assertThat(WriteOrder.wrong(calls, node.home)).isEmpty();
    }
  }
}
