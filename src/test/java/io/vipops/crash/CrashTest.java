package io.vipops.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.crash.Seam.Point;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class CrashTest {
  @TempDir Path folder;

  @Test
  void aWorkerMayEndAtAnyPointOfAnApplyAndOfARollback() throws Exception {
    List<Kill> kills = new ArrayList<>();
    try (CrashNode node = new CrashNode(Files.createDirectory(folder.resolve("count")))) {
      WorkerCrash worker = WorkerCrash.start(node);
      kills.addAll(Kill.all(WorkerCrash.APPLY, Point.of(worker.record(WorkerCrash.APPLY))));
      List<Point> points = Point.of(worker.record(WorkerCrash.ROLLBACK));
      int from = points.indexOf(new Point("send step rollback", 1));
      kills.addAll(Kill.all(WorkerCrash.ROLLBACK, points.subList(from, points.size())));
    }
    assertThat(Lanes.run(folder, WorkerCrash::start, kills)).isEmpty();
  }
}
