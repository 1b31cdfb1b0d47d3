package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.VirtualRouter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecorderTest {
  @TempDir private Path folder;
  private final BlockingQueue<String> problems = new LinkedBlockingQueue<>();
  private final Standing whole = new Standing(100, false, false, true, false, "all checks pass");

  @Test
  void aDiskThatHangsCostsEventsWhichAreCountedAndNeverTheLoopsTime() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    StringWriter text = new StringWriter();
    Recorder recorder =
        new Recorder(
            Path.of("hanging"),
            new BufferedWriter(new Hanging(text, hangs, release), 1),
            1 << 30,
            problems::add);
    VirtualRouter router = recorder.router(instance(), whole, 0);
    hangs.await(); // with that event: what is lost after it is one gap
    for (int i = 1; i <= 20_000; i++) {
      router.onOverflow(i);
    }
    release.countDown();
    recorder.close();
    List<String> lines = text.toString().lines().toList();
    List<String> comments = lines.stream().filter(line -> line.startsWith("#")).toList();
    assertThat(comments).hasSize(1);
    int lost = Integer.parseInt(comments.get(0).split(" ")[1]);
    assertThat(comments.get(0))
        .isEqualTo("# " + lost + " events were lost near here: the disk was too slow");
    assertThat(lines.size() - 1 + lost).isEqualTo(20_001);
    assertThat(problems).isEmpty();
  }

  @Test
  void aRecordingEndsAtItsLimitAndSaysSo() throws Exception {
    Path file = folder.resolve("events");
    try (Recorder recorder = Recorder.open(file, 1 << 20, problems::add)) {
      VirtualRouter router = recorder.router(instance(), whole, 0);
      for (int i = 0; i < 10_000_000 && problems.isEmpty(); i++) {
        router.onOverflow(1);
      }
    }
    assertThat(problems.poll()).isEqualTo("recording to " + file + " ended: it is 1 MiB long");
    // A line about lost events, an event and the last line may come on top.
    assertThat(Files.size(file)).isBetween(1L << 20, (1L << 20) + 200);
    assertThat(Files.readString(file)).endsWith("# the recording ends at its limit\n");
  }

  @Test
  void aFullDiskEndsARecordingInOneLine() throws Exception {
    Recorder recorder =
        new Recorder(
            Path.of("/mnt/events"),
            Files.newBufferedWriter(Path.of("/dev/full")),
            1 << 20,
            problems::add);
    VirtualRouter unused = recorder.router(instance(), whole, 0);
    assertThat(problems.poll(10, TimeUnit.SECONDS))
        .isEqualTo("recording to /mnt/events ended: No space left on device");
    recorder.close();
  }

  @Test
  void onlyItsOwnerReadsItAndItHoldsNoPassword() throws Exception {
    Path file = folder.resolve("events");
    try (Recorder recorder = Recorder.open(file, problems::add)) {
      VirtualRouter unused = recorder.router(instance(), whole, 0);
    }
    assertThat(Files.readString(file)).contains("\"web\"").doesNotContain("geheim");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  private static Instance instance() throws Exception {
    return Node.instance(Map.of("address", "10.0.0.51", "version", "2", "password", "geheim"));
  }

  /** A file on a disk that does not answer until it is released. */
  private static final class Hanging extends java.io.Writer {
    private final StringWriter to;
    private final CountDownLatch hangs;
    private final CountDownLatch release;

    Hanging(StringWriter to, CountDownLatch hangs, CountDownLatch release) {
      this.to = to;
      this.hangs = hangs;
      this.release = release;
    }

    @Override
    public void write(char[] text, int from, int length) throws IOException {
      hangs.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      to.write(text, from, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
