package io.vipops.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a {@link ProbeClient} saw. */
public record ClientLog(Path file) {
  /** Starts a client on {@code host} that asks {@code vip} every {@code pauseMs}. */
  public static ClientLog start(LabHost host, String vip, Path folder, int pauseMs)
      throws IOException {
    Path log = Files.createTempFile(folder, "client", ".txt");
    host.java(
        ProbeClient.class,
        List.of("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        vip,
        log.toString(),
        Integer.toString(pauseMs));
    return new ClientLog(log);
  }

  private record Line(long ms, boolean ok, String who) {}

  private List<Line> since(long fromMs) throws IOException {
    return Files.readAllLines(file).stream()
        .map(text -> text.split(" ", 3))
        .filter(parts -> parts.length == 3 && Long.parseLong(parts[0]) >= fromMs)
        .map(parts -> new Line(Long.parseLong(parts[0]), parts[1].equals("200"), parts[2]))
        .toList();
  }

  public long sent(long fromMs) throws IOException {
    return since(fromMs).size();
  }

  /** The requests that failed, a line each. */
  public List<String> failed(long fromMs) throws IOException {
    return since(fromMs).stream().filter(line -> !line.ok).map(Line::toString).toList();
  }

  public Set<String> backends(long fromMs) throws IOException {
    Set<String> seen = new TreeSet<>();
    since(fromMs).stream().filter(Line::ok).forEach(line -> seen.add(line.who));
    return seen;
  }

  /** The longest time between two answers, in ms. */
  public long gapMs(long fromMs) throws IOException {
    long gap = 0;
    long last = 0;
    for (Line line : since(fromMs)) {
      if (line.ok) {
        gap = last == 0 ? 0 : Math.max(gap, line.ms - last);
        last = line.ms;
      }
    }
    return gap;
  }
}
