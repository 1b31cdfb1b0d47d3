package io.vipops.engine;

import io.vipops.json.Json;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.EffectText;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.VirtualRouter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what the state machines are told, and what they answered, to a file that replays offline
 * to the same answers. A line is one event, {@code [router, time in ns, event, arguments…]} with
 * records as lists of their components and durations in nanoseconds; its effects follow, indented.
 *
 * <p>The loop only puts entries into a queue; a thread of its own writes. What does not fit is
 * counted and said in the file: what follows such a line does not replay. The file ends at its
 * limit, and at the first error of the disk.
 */
public final class Recorder implements AutoCloseable {
  private static final int QUEUE = 16_384;
  private static final long LONGEST_FILE = 256L << 20;

  /** One event of one router. */
  record Entry(
      int router,
      long nowNs,
      String event,
      List<@Nullable Object> arguments,
      List<Effect> effects) {}

  private static final Entry END = new Entry(0, 0, "end", List.of(), List.of());

  private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(QUEUE);
  private final AtomicLong lost = new AtomicLong();
  private final Path file;
  private final BufferedWriter writer;
  private final long limit;
  private final Consumer<String> problem;
  private final Thread thread;
  private long written;
  private int routers;
  private volatile boolean ended;

  Recorder(Path file, BufferedWriter writer, long limit, Consumer<String> problem) {
    this.file = file;
    this.writer = writer;
    this.limit = limit;
    this.problem = problem;
    thread = new Thread(this::write, "vipops-record");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Begins a recording.
   *
   * @param file must not exist; only root may read it
   * @param problem told, on the recorder's thread, in one line why a recording ended early
   * @throws IOException if the file exists or cannot be made
   */
  public static Recorder open(Path file, Consumer<String> problem) throws IOException {
    return open(file, LONGEST_FILE, problem);
  }

  static Recorder open(Path file, long limit, Consumer<String> problem) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    BufferedWriter writer = Files.newBufferedWriter(file);
    return new Recorder(file, writer, limit, problem);
  }

  /** A router whose events are recorded; on the loop's thread. */
  public VirtualRouter router(Instance instance, Standing standing, long nowNs) {
    return new RecordedRouter(instance, standing, this, ++routers, nowNs);
  }

  /** Never waits. */
  void put(Entry entry) {
    if (!ended && !queue.offer(entry)) {
      lost.incrementAndGet();
    }
  }

  private void write() {
    try (writer) {
      Entry entry = queue.take();
      while (!entry.equals(END)) {
        if (!write(entry)) {
          return;
        }
        if (queue.isEmpty()) {
          writer.flush();
        }
        entry = queue.take();
      }
    } catch (IOException | RuntimeException e) {
      problem.accept("recording to " + file + " ended: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended = true;
      queue.clear();
    }
  }

  /** Returns whether there is room for more. */
  private boolean write(Entry entry) throws IOException {
    long missing = lost.getAndSet(0);
    if (missing > 0) {
      line("# " + missing + " events were lost near here: the disk was too slow");
    }
    line(text(entry));
    for (String effect : EffectText.of(entry.effects)) {
      line("  " + effect);
    }
    if (written < limit) {
      return true;
    }
    line("# the recording ends at its limit");
    writer.flush();
    problem.accept("recording to " + file + " ended: it is " + (limit >> 20) + " MiB long");
    return false;
  }

  private void line(String text) throws IOException {
    writer.write(text);
    writer.write('\n');
    written += text.length() + 1;
  }

  static String text(Entry entry) {
    List<@Nullable Object> all = new ArrayList<>(List.of(entry.router, entry.nowNs, entry.event));
    entry.arguments.forEach(it -> all.add(plain(it)));
    return new String(Json.encode(all), StandardCharsets.UTF_8);
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Record) {
      List<@Nullable Object> components = new ArrayList<>();
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        // No decision depends on it, and recordings are passed around.
        boolean secret = component.getName().equals("password");
        components.add(secret ? null : plain(component(component, value)));
      }
      return components;
    } else if (value instanceof List<?> list) {
      return list.stream().map(Recorder::plain).toList();
    } else if (value instanceof InetAddress address) {
      return address.getHostAddress();
    } else if (value instanceof Duration duration) {
      return duration.toNanos();
    } else if (value instanceof Enum<?> constant) {
      return constant.name();
    }
    return value;
  }

  private static @Nullable Object component(RecordComponent component, Object value) {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e); // the records are public
    }
  }

  /** Writes what is queued; waits for it no longer than a second. */
  @Override
  public void close() {
    try {
      if (!ended && queue.offer(END, 1, TimeUnit.SECONDS)) {
        thread.join(1000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
