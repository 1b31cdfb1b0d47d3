package io.vipops.engine;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a host's {@code eth0} had which address, by the kernel's own notifications: nothing between
 * two looks is missed.
 */
final class KernelAddresses {
  private static final Pattern LINE =
      Pattern.compile(
          "\\[([0-9T:.-]+)\\] (Deleted )?\\d+: (\\S+) +inet6? ([0-9a-f.:]+)/(\\d+) .* valid_lft (\\S+).*");

  private final LabHost host;
  private final Path file;
  private final Running monitor;
  private final Map<String, List<Spans.Span>> had = new HashMap<>();
  private final Map<String, Long> since = new HashMap<>();

  /** With the prefix lengths that it is there with: for a moment there may be two. */
  private final Map<String, Set<String>> lengths = new HashMap<>();

  private final Set<String> withoutLease = new HashSet<>();
  private long readTo;
  private String rest = "";
  private int marks;

  /** Watches from now on. */
  KernelAddresses(LabHost host, Path file) throws Exception {
    this.host = host;
    this.file = file;
    monitor = host.start("sh", "-c", "exec ip -ts -o monitor address > " + file);
    Await.until("monitor listens", Pair.SOON, () -> mark() && read().contains(marker()));
  }

  private String marker() {
    return "192.0.2." + (marks % 250 + 1);
  }

  private boolean mark() throws Exception {
    host.ip("addr", "add", marker() + "/32", "dev", "lo");
    host.ip("addr", "del", marker() + "/32", "dev", "lo");
    return true;
  }

  private String read() throws Exception {
    return Files.exists(file) ? Files.readString(file) : "";
  }

  /** Takes in all that happened before this call. */
  void catchUp() throws Exception {
    marks++;
    mark();
    Set<String> seen = new HashSet<>();
    Await.until(
        "monitor keeps up",
        Pair.SOON,
        () -> {
          assertAlive();
          for (String line : more()) {
            take(line, seen);
          }
          return seen.contains(marker());
        });
  }

  private void assertAlive() {
    if (!monitor.isAlive()) {
      throw new AssertionError("ip monitor ended: " + monitor.output());
    }
  }

  private List<String> more() throws Exception {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - readTo));
      channel.position(readTo);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      readTo += bytes.position();
      String text = rest + StandardCharsets.UTF_8.decode(bytes.flip());
      int end = text.lastIndexOf('\n') + 1;
      rest = text.substring(end);
      return text.substring(0, end).lines().toList();
    }
  }

  private void take(String line, Set<String> seen) {
    Matcher it = LINE.matcher(line);
    if (!it.matches()) {
      throw new AssertionError("not understood: " + line);
    }
    String address = it.group(4);
    seen.add(address);
    if (!it.group(3).equals("eth0")) {
      return;
    }
    long us = microseconds(LocalDateTime.parse(it.group(1)));
    Set<String> there = lengths.computeIfAbsent(address, key -> new HashSet<>());
    if (it.group(2) == null) {
      there.add(it.group(5));
      since.putIfAbsent(address, us);
      if (it.group(6).equals("forever")) {
        withoutLease.add(address);
      }
    } else {
      there.remove(it.group(5));
      if (there.isEmpty()) {
        // Over IPv6 the kernel tells of an address a little later: never, where it is gone by then.
        Long fromUs = since.remove(address);
        had.computeIfAbsent(address, key -> new ArrayList<>())
            .add(new Spans.Span(fromUs == null ? us - 1 : fromUs, us));
      }
    }
  }

  private static long microseconds(LocalDateTime at) {
    var instant = at.atZone(ZoneId.systemDefault()).toInstant();
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
  }

  /** When it was there, within a span. */
  Spans spans(String address, Spans.Span within) {
    List<Spans.Span> all = new ArrayList<>(had.getOrDefault(address, List.of()));
    Long open = since.get(address);
    if (open != null) {
      all.add(new Spans.Span(open, Long.MAX_VALUE));
    }
    return new Spans(all).and(Spans.of(within.fromUs(), within.untilUs()));
  }

  /** Whether an address of one family that was there for no longer went, within a span. */
  boolean lost(boolean ipv6, long longestUs, Spans.Span within) {
    return had.entrySet().stream()
        .filter(it -> it.getKey().contains(":") == ipv6)
        .flatMap(it -> it.getValue().stream())
        .anyMatch(it -> it.lengthUs() <= longestUs && within.has(it.untilUs()));
  }

  /** Those that were there without a lifetime since the start, the host's own among them. */
  Set<String> withoutLease() {
    return Set.copyOf(withoutLease);
  }

  /** What ended before is not asked for any more. */
  void forget(long beforeUs) {
    had.values().forEach(it -> it.removeIf(span -> span.untilUs() < beforeUs));
  }
}
